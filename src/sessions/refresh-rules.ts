import { SECOND } from "../core/clock.ts";
import type { SessionState } from "./session.ts";

/** For this long after a rotation, the previous refresh token returns the same successor (contract §4). */
export const RETRY_WINDOW = 10 * SECOND;

/**
 * Live sessions of one account. A further sign-in ends the session that was unused for the longest time, so that
 * the list of sessions, and ending all of them, stay bounded.
 */
export const MAX_LIVE_SESSIONS = 100;

type RefreshFacts = {
  /** Whether this request rotated the session. */
  readonly rotated: boolean;
  readonly presentedGeneration: number;
  /** The row after the attempt. */
  readonly session: SessionState;
};

/**
 * Judges a refresh. `reuse` is an older token of a live session: the service cannot distinguish the attacker from
 * the legitimate client (RFC 9700 §4.14.2).
 */
export function judgeRefresh(facts: RefreshFacts, now: number): "rotated" | "retry" | "reuse" | "ended" {
  const { rotated, presentedGeneration, session } = facts;
  if (rotated) return "rotated";
  if (session.revokedAt !== null || session.idleExpiresAt <= now || session.expiresAt <= now) return "ended";
  if (presentedGeneration >= session.generation) return "ended";
  const isPrevious = presentedGeneration === session.generation - 1;
  return isPrevious && now - session.rotatedAt <= RETRY_WINDOW ? "retry" : "reuse";
}
