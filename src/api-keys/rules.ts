import { HOUR } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Resource } from "../sessions/resource.ts";
import type { StoredApiKey, VerifiedApiKey } from "./api-key.ts";
import type { PresentedApiKey } from "./key-format.ts";

/** A use is stored at most once in this time. */
export const USE_PRECISION = HOUR;

/** The resource with this URI or alias. */
export const resourceNamed = (resources: readonly Resource[], name: string): Resource | undefined =>
  resources.find(({ uri, alias }) => uri === name || alias === name);

export type ScopeProblem = "unknown_scope" | "no_scope";

/** The scopes of a new key, sorted and each once. A resource with scopes needs one at least. */
export function chooseKeyScopes(
  { scopes }: Resource,
  requested: readonly string[],
): Result<readonly string[], ScopeProblem> {
  if (requested.some((scope) => !Object.hasOwn(scopes, scope))) return err("unknown_scope");
  if (requested.length === 0 && Object.keys(scopes).length > 0) return err("no_scope");
  return ok([...new Set(requested)].sort());
}

/**
 * `key_invalid`: malformed, unknown or revoked, or its owner may not sign in. A wrong audience or scope is told only to a
 * caller that has presented a valid key.
 */
export type ApiKeyFailure = "key_invalid" | "key_expired" | "audience_mismatch" | "insufficient_scope";

type Requirements = {
  /** The only accepted resource, by URI or alias. Null: each of RESOURCES. */
  readonly audience: string | null;
  /** Scopes that the key must have. */
  readonly scopes: readonly string[];
  readonly resources: readonly Resource[];
  readonly now: number;
};

/** Judges a presented key by its row, which only an owner who may sign in has. */
export function judgeApiKey(
  presented: PresentedApiKey,
  stored: StoredApiKey | null,
  { audience, scopes, resources, now }: Requirements,
): Result<VerifiedApiKey, ApiKeyFailure> {
  // Hashes of 256 random bits: the time of the comparison tells nothing about the secret.
  if (stored === null || stored.id !== presented.id || stored.secretHash !== presented.secretHash) {
    return err("key_invalid");
  }
  if (stored.expiresAt !== null && stored.expiresAt <= now) return err("key_expired");
  // A resource or a scope that the configuration does not name any more is void in older keys.
  const resource = resourceNamed(resources, stored.resource);
  if (!resource) return err("audience_mismatch");
  if (audience !== null && audience !== resource.uri && audience !== resource.alias) {
    return err("audience_mismatch");
  }
  const { secretHash: _secretHash, ...key } = stored;
  const valid = key.scopes.filter((scope) => Object.hasOwn(resource.scopes, scope));
  if (!scopes.every((scope) => valid.includes(scope))) return err("insufficient_scope");
  return ok({ ...key, scopes: valid });
}

/** Whether this use is to be stored. */
export const isUseNews = ({ lastUsedAt }: Pick<StoredApiKey, "lastUsedAt">, now: number): boolean =>
  lastUsedAt === null || lastUsedAt <= now - USE_PRECISION;
