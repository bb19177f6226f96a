import { SECOND } from "../core/clock.ts";
import type { SessionState } from "./session.ts";

/** A retry of the generation just spent gets the same successor for so long (contract §4). */
export const RETRY_WINDOW = 10 * SECOND;

/**
 * Live sessions of one account. Who signs in more often than that on one day is a program, and ends its own earlier
 * sessions: a list that a person reads, and an end of all of them, must not grow without bound.
 */
export const MOST_LIVE = 100;

type RefreshFacts = {
  /** Whether this very request rotated the session. */
  readonly rotated: boolean;
  readonly presentedGeneration: number;
  /** The row after the attempt. */
  readonly session: SessionState;
};

/**
 * What a refresh means. `reuse` is an older token of a live session: either its thief or its owner
 * is late, and nobody can tell which (RFC 9700 §4.14.2).
 */
export function judgeRefresh(facts: RefreshFacts, now: number): "rotated" | "retry" | "reuse" | "ended" {
  const { rotated, presentedGeneration, session } = facts;
  if (rotated) return "rotated";
  if (session.revokedAt !== null || session.idleExpiresAt <= now || session.expiresAt <= now) return "ended";
  if (presentedGeneration >= session.generation) return "ended";
  const justSpent = presentedGeneration === session.generation - 1;
  return justSpent && now - session.rotatedAt <= RETRY_WINDOW ? "retry" : "reuse";
}

/** What the denylist says of a session and its account: the instant (ms) up to which tokens are dead. */
export type RevocationVerdict = { readonly session: boolean; readonly account: number | null };

/**
 * Seconds around that instant in which the denylist cannot tell. `iat` has no milliseconds; the instant
 * was read before its batch was committed, so a refresh of the moment after may have lost to it; and the
 * clocks of two places differ.
 */
const DOUBT = 10;

/** Whether the denylist ends a token that was issued then (in seconds). In doubt D1 is to be asked. */
export function judgeRevocation(
  denial: RevocationVerdict,
  issuedAt: number,
): "denied" | "not_denied" | "unclear" {
  if (denial.session) return "denied";
  if (denial.account === null) return "not_denied";
  const age = issuedAt - Math.floor(denial.account / SECOND);
  if (age > DOUBT) return "not_denied";
  // An instant that cannot be read is NaN, and nothing is more or less than that.
  return age < -DOUBT ? "denied" : "unclear";
}
