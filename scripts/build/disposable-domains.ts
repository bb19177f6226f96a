import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAtomically } from "./write-atomically.ts";

// The domains of disposable email addresses (CC0), one per line, for SIGN_UP_DISPOSABLE=refuse.

const PACKAGE = fileURLToPath(new URL("../../node_modules/disposable-email-domains-js", import.meta.url));
const SOURCE = `${PACKAGE}/dist/dict/disposable_email_blocklist.json`;
const TARGET = fileURLToPath(new URL("../../public/disposable-domains.txt", import.meta.url));

/** Writes public/disposable-domains.txt when it is missing or differs from the installed list. */
export function ensureDisposableDomains(): void {
  const domains: string[] = JSON.parse(readFileSync(SOURCE, "utf8"));
  const text = [...new Set(domains.map((domain) => domain.toLowerCase()))].sort().join("\n");
  if (existsSync(TARGET) && readFileSync(TARGET, "utf8") === text) return;
  writeAtomically(TARGET, text);
}

if (import.meta.main) ensureDisposableDomains();
