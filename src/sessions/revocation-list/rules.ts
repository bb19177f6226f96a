import { SECOND } from "../../core/clock.ts";
import type { RevocationEntries } from "./revocation-list.ts";

/**
 * Seconds before and after the account's revocation instant in which the list cannot decide. `iat` has no
 * milliseconds; the instant is read before its batch commits, so a refresh just after it may still have been
 * revoked by that batch; and the clocks of two locations differ.
 */
const UNCERTAINTY_SECONDS = 10;

/** Judges a token issued at `issuedAt` (seconds) by the revocation list. On "unclear" the caller must ask D1. */
export function judgeRevocation(
  entries: RevocationEntries,
  issuedAt: number,
): "revoked" | "not_revoked" | "unclear" {
  if (entries.session) return "revoked";
  if (entries.account === null) return "not_revoked";
  const age = issuedAt - Math.floor(entries.account / SECOND);
  if (age > UNCERTAINTY_SECONDS) return "not_revoked";
  // An unreadable entry is NaN. Every comparison with NaN is false, so the verdict is "unclear".
  return age < -UNCERTAINTY_SECONDS ? "revoked" : "unclear";
}
