import { SECOND } from "../kernel/clock.ts";
import type { SessionState } from "./session.ts";

/** A retry of the generation just spent gets the same successor for so long (contract §4). */
const RETRY_WINDOW = 10 * SECOND;

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
