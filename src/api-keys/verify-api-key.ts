import type { Clock } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import { err, type Result } from "../core/result.ts";
import type { Resource } from "../sessions/resource.ts";
import type { StoredApiKey, VerifiedApiKey } from "./api-key.ts";
import { type PresentedApiKey, readPresentedKey } from "./key-format.ts";
import { type ApiKeyFailure, isUseNews, judgeApiKey } from "./rules.ts";
import type { ApiKeyStore } from "./store.ts";

export type AcceptApiKeyDeps = {
  readonly clock: Clock;
  readonly defer: Defer;
  readonly settings: { readonly resources: readonly Resource[] };
  readonly apiKeys: Pick<ApiKeyStore, "recordUse">;
};

export type VerifyApiKeyDeps = AcceptApiKeyDeps & { readonly apiKeys: Pick<ApiKeyStore, "find"> };

type KeyRequirements = {
  /** The only accepted resource, by URI or alias. Null: each of RESOURCES. */
  readonly audience: string | null;
  /** Scopes that the key must have. */
  readonly scopes: readonly string[];
};

/** Verifies a key with one read of D1, or none if its checksum is wrong. */
export async function verifyApiKey(
  deps: VerifyApiKeyDeps,
  { key, ...requirements }: KeyRequirements & { readonly key: string },
): Promise<Result<VerifiedApiKey, ApiKeyFailure>> {
  const presented = await readPresentedKey(key);
  if (!presented) return err("key_invalid");
  return acceptApiKey(deps, presented, await deps.apiKeys.find(presented.id), requirements);
}

/**
 * Judges a key whose row the caller has read in a batch of its own: `selectApiKey` and `readSelectedApiKey` of
 * `statements.ts`. Stores the use after the response, at most once an hour.
 */
export function acceptApiKey(
  deps: AcceptApiKeyDeps,
  presented: PresentedApiKey,
  stored: StoredApiKey | null,
  requirements: KeyRequirements,
): Result<VerifiedApiKey, ApiKeyFailure> {
  const now = deps.clock.now();
  const { resources } = deps.settings;
  const verified = judgeApiKey(presented, stored, { ...requirements, resources, now });
  if (verified.ok && isUseNews(verified.value, now)) {
    deps.defer(() => deps.apiKeys.recordUse(presented.id, now));
  }
  return verified;
}
