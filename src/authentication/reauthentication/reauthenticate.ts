import { type ReadSignInMethodsDeps, readSignInMethods } from "../../accounts/read-sign-in-methods.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../../sessions/refresh-token.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { ReauthenticationProof } from "../social/identity.ts";
import { type ConfirmationFailure, type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";

export type ReauthenticateDeps = ConfirmPasswordDeps & ReadSignInMethodsDeps & RefreshTokenDeps;

/** What shows whose account it is; which of the two counts is not for the caller to choose. */
export type ReauthenticationClaim = {
  readonly session: CurrentSession;
  readonly password: string | undefined;
  readonly refreshToken: string | undefined;
};

type Failure =
  | ConfirmationFailure
  | {
      readonly reason: "password_missing" | "refresh_token_missing" | "reauthentication_expired";
    };

/**
 * Asks whose account it is before it gets a way in that outlives every session (ASVS 6.2.3): an access token, which
 * is good for minutes and travels to every consumer, does not say. The password does; where there is none, the
 * refresh token of this very session, whose latest generation the proof hangs on.
 */
export async function reauthenticate(
  deps: ReauthenticateDeps,
  { session, password, refreshToken }: ReauthenticationClaim,
): Promise<Result<ReauthenticationProof, Failure>> {
  const { account, sessionId } = session;
  // Before anything is looked at: a change that comes later voids the proof.
  const at = deps.clock.now();
  const { hasPassword } = await readSignInMethods(deps, { accountId: account.id });
  if (hasPassword) {
    if (password === undefined) return err({ reason: "password_missing" });
    const confirmed = await confirmPassword(deps, account, password);
    return confirmed.ok ? ok({ sessionId, generation: null, at }) : confirmed;
  }
  if (refreshToken === undefined) return err({ reason: "refresh_token_missing" });
  const held = await verifyRefreshToken(deps, refreshToken);
  if (!held.ok || held.value.sessionId !== sessionId) return err({ reason: "reauthentication_expired" });
  return ok({ sessionId, generation: held.value.generation, at });
}
