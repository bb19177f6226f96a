import { DAY, HOUR } from "../../core/clock.ts";
import type { StoredSigningKey } from "./signing-key.ts";

/** How long one key signs. */
export const SIGNING_PERIOD = 30 * DAY;

/** How long a key is published before it signs: longer than anybody caches the key set. */
const PUBLISHED_AHEAD = DAY;

/** Beyond the last token's end: clocks that differ, and key sets that are cached. */
const RETIREMENT_MARGIN = HOUR;

/** Older keys are not read any more; nothing that they signed can be alive. */
export const KEY_MAX_AGE = 400 * DAY;

/**
 * The key that signs at `now`: the newest that has begun. If the rotation has stood still, the last
 * key goes on: a late rotation must not stop sign-ins.
 */
export function pickSigningKey(
  keys: readonly StoredSigningKey[],
  isOpenable: (key: StoredSigningKey) => boolean,
  now: number,
): StoredSigningKey | null {
  const openable = keys.filter(isOpenable);
  // The very first key may have been made by a clock that is a moment ahead of this one.
  return newest(openable.filter((key) => key.signsFrom <= now)) ?? oldest(openable);
}

type RotationPlan = {
  /** The period of a key to publish now, and the key that it follows. */
  readonly next: {
    readonly predecessor: StoredSigningKey;
    readonly signsFrom: number;
    readonly signsUntil: number;
  } | null;
  /** Keys whose last token has expired. */
  readonly retired: readonly string[];
};

/** What the hourly rotation has to do. `tokenLife` is the life of an access token in milliseconds. */
export function planRotation(
  keys: readonly StoredSigningKey[],
  isOpenable: (key: StoredSigningKey) => boolean,
  tokenLife: number,
  now: number,
): RotationPlan {
  const retired = keys.filter((key) => {
    const successors = keys.filter((other) => other.signsFrom > key.signsFrom && isOpenable(other));
    const stoppedSigning = Math.min(...successors.map((other) => other.signsFrom));
    return now > stoppedSigning + tokenLife + RETIREMENT_MARGIN;
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
  keys.reduce<StoredSigningKey | null>(
    (best, key) => (best === null || key.signsFrom < best.signsFrom ? key : best),
    null,
  );

const newest = (keys: readonly StoredSigningKey[]): StoredSigningKey | null =>
  keys.reduce<StoredSigningKey | null>(
    (best, key) => (best === null || key.signsFrom > best.signsFrom ? key : best),
    null,
  );
