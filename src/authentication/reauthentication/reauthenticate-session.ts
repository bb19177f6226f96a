import { SECOND } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import {
  type AccountClaim,
  type ReauthenticateDeps,
  type ReauthenticationFailure,
  reauthenticate,
} from "./reauthenticate.ts";
import { REAUTHENTICATION_WINDOW } from "./rules.ts";
import type { ReauthenticationStore } from "./store.ts";

export type ReauthenticateSessionDeps = ReauthenticateDeps & {
  readonly reauthentications: Pick<ReauthenticationStore, "record">;
};

/** The session with its new instant of authentication. `expiresIn` in seconds. */
type ReauthenticatedSession = { readonly session: CurrentSession; readonly expiresIn: number };

/** Reauthenticates the owner of a session and allows it sensitive changes for `REAUTHENTICATION_WINDOW`. */
export async function reauthenticateSession(
  deps: ReauthenticateSessionDeps,
  claim: Omit<AccountClaim, "method">,
): Promise<Result<ReauthenticatedSession, ReauthenticationFailure>> {
  const proof = await reauthenticate(deps, { ...claim, method: "of_account" });
  if (!proof.ok) return proof;
  const { at } = proof.value;
  const outcome = await deps.reauthentications.record(proof.value, deps.clock.now());
  if (outcome === "changed_meanwhile") return err({ reason: "reauthentication_expired" });
  const session = { ...claim.session, authenticatedAt: at };
  return ok({ session, expiresIn: REAUTHENTICATION_WINDOW / SECOND });
}
