import { ensureApiReference } from "./api-reference.ts";
import { ensureApiTypes } from "./api-types.ts";
import { ensureDisposableDomains } from "./disposable-domains.ts";
import { ensurePasskeyScript } from "./passkey-script.ts";

/**
 * Writes the files that git does not hold, public/docs/scalar.js, public/disposable-domains.txt, public/pages/passkeys.js
 * and src/client/api-types.ts, where they are missing or stale. Every command that needs one calls this first; it takes
 * milliseconds when they are current.
 */
export async function ensureGeneratedFiles(): Promise<void> {
  ensureApiReference();
  ensureDisposableDomains();
  ensurePasskeyScript();
  await ensureApiTypes();
}

if (import.meta.main) await ensureGeneratedFiles();
