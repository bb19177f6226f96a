import { DAY, HOUR } from "../../core/clock.ts";
import type { StoredSigningKey } from "./signing-key.ts";

/** How long one key signs. */
export const SIGNING_PERIOD = 30 * DAY;

/** How long a key is published before it signs: longer than any client caches the key set. */
const PUBLISHED_AHEAD = DAY;

/** The longest life of a token: that of ACCESS_TOKEN_TTL and of a client's own `access_token_ttl`. */
export const MAX_TOKEN_LIFE = DAY;

/** Kept after the last token's expiry, for clock skew and cached key sets. */
const RETIREMENT_MARGIN = HOUR;

/** Older keys are not read: every token that they signed has expired. */
export const KEY_MAX_AGE = 400 * DAY;

/**
 * The key that signs at `now`: the newest whose signing period has begun. Without rotations the last key keeps
 * signing after its period: a late rotation must not stop sign-ins.
 */
export function pickSigningKey(
  keys: readonly StoredSigningKey[],
  isOpenable: (key: StoredSigningKey) => boolean,
  now: number,
): StoredSigningKey | null {
  const openable = keys.filter(isOpenable);
  // The clock that created the first key may be slightly ahead of this one.
  return newest(openable.filter((key) => key.signsFrom <= now)) ?? oldest(openable);
}

type RotationPlan = {
  /** The signing period of a key to publish now, and its predecessor. */
  readonly next: {
    readonly predecessor: StoredSigningKey;
    readonly signsFrom: number;
    readonly signsUntil: number;
  } | null;
  /** Keys whose last token has expired. */
  readonly retired: readonly string[];
};

/** Plans the hourly rotation. `tokenLife` is the life of an access token in milliseconds. */
export function planRotation(
  keys: readonly StoredSigningKey[],
  isOpenable: (key: StoredSigningKey) => boolean,
  tokenTtlMs: number,
  now: number,
): RotationPlan {
  const retired = keys.filter((key) => {
    const successors = keys.filter((other) => other.signsFrom > key.signsFrom && isOpenable(other));
    const stoppedSigning = Math.min(...successors.map((other) => other.signsFrom));
    return now > stoppedSigning + tokenTtlMs + RETIREMENT_MARGIN;
  });
  const last = newest(keys.filter(isOpenable));
  const due = last !== null && now >= last.signsUntil - PUBLISHED_AHEAD;
  const signsFrom = Math.max(last?.signsUntil ?? now, now + PUBLISHED_AHEAD);
  return {
    next: due ? { predecessor: last, signsFrom, signsUntil: signsFrom + SIGNING_PERIOD } : null,
    retired: retired.map((key) => key.kid),
  };
}

const oldest = (keys: readonly StoredSigningKey[]): StoredSigningKey | null =>
  keys.toSorted((a, b) => a.signsFrom - b.signsFrom)[0] ?? null;

const newest = (keys: readonly StoredSigningKey[]): StoredSigningKey | null =>
  keys.toSorted((a, b) => b.signsFrom - a.signsFrom)[0] ?? null;
