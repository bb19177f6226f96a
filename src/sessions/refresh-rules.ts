import { HOUR, SECOND } from "../core/clock.ts";
import type { SessionState } from "./session.ts";

/** For this long after a rotation, the previous refresh token of a browser still counts as the session's own. */
export const RETRY_WINDOW = 10 * SECOND;

/**
 * Live sessions of one account. A further sign-in ends the session that was unused for the longest time, so that
 * the list of sessions, and ending all of them, stay bounded.
 */
export const MAX_LIVE_SESSIONS = 100;

/** The longest time that a session without "stay signed in" lasts without use: its cookies may outlive a crashed browser. */
export const MAX_BROWSER_SESSION_IDLE = 24 * HOUR;

type RefreshFacts = {
  /** Whether this request rotated the session: for the current token, or for a retry whose answer had been lost. */
  readonly rotated: boolean;
  readonly presentedGeneration: number;
  readonly userAgent: string | null;
  readonly isFirstParty: boolean;
  readonly servesAudience: boolean;
  readonly successorInUse: boolean;
  /** Milliseconds after a rotation in which the previous token returns the same successor (contract §4). */
  readonly gracePeriod: number;
  /** The row after the attempt. */
  readonly session: SessionState;
};

type RefreshVerdict = "rotated" | "retry" | "reuse" | "ended" | "audience_refused" | "client_changed";

/**
 * Judges a refresh. `retry`: the client did not receive the successor yet, which it gets again. `reuse` is a voided or
 * older token of a live session: the service cannot distinguish the attacker from the legitimate client
 * (RFC 9700 §4.14.2). `client_changed`: the retry comes from another user agent, which a browser's own session
 * does not explain.
 */
export function judgeRefresh(facts: RefreshFacts, now: number): RefreshVerdict {
  const { rotated, presentedGeneration, session, servesAudience } = facts;
  if (rotated) return "rotated";
  if (session.revokedAt !== null || session.idleExpiresAt <= now || session.expiresAt <= now) return "ended";
  if (presentedGeneration > session.generation) return "ended";
  if (presentedGeneration === session.generation) return servesAudience ? "ended" : "audience_refused";
  const lastPresented = session.generation - 1 - session.voidedGenerations;
  const isInWindow = now - session.rotatedAt <= facts.gracePeriod;
  if (presentedGeneration !== lastPresented || (!isInWindow && facts.successorInUse)) return "reuse";
  if (!servesAudience) return "audience_refused";
  if (facts.isFirstParty && facts.userAgent !== session.userAgent) return "client_changed";
  return isInWindow ? "retry" : "ended";
}
