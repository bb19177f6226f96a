import { type ReadSignInMethodsDeps, readSignInMethods } from "../../accounts/read-sign-in-methods.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../../sessions/refresh-token.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { ReauthenticationProof } from "../social/identity.ts";
import { type ConfirmationFailure, type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";

export type ReauthenticateDeps = ConfirmPasswordDeps & ReadSignInMethodsDeps & RefreshTokenDeps;

/** The credentials of the request. The account decides which of the two is required, not the caller. */
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
 * Reauthenticates the owner before a sign-in method is added, because that method outlives every session
 * (ASVS 6.2.3). An access token is not enough: every resource server receives it. The password is
 * required; without one, the refresh token of this session. The proof is then valid only for the latest
 * generation of that token.
 */
export async function reauthenticate(
  deps: ReauthenticateDeps,
  { session, password, refreshToken }: ReauthenticationClaim,
): Promise<Result<ReauthenticationProof, Failure>> {
  const { account, sessionId } = session;
  // Taken before the first read, so that every later change voids the proof.
  const at = deps.clock.now();
  const { hasPassword } = await readSignInMethods(deps, { accountId: account.id });
  if (hasPassword) {
    if (password === undefined) return err({ reason: "password_missing" });
    const confirmed = await confirmPassword(deps, account, password);
    return confirmed.ok ? ok({ sessionId, generation: null, at }) : confirmed;
  }
  if (refreshToken === undefined) return err({ reason: "refresh_token_missing" });
  const verified = await verifyRefreshToken(deps, refreshToken);
  if (!verified.ok || verified.value.sessionId !== sessionId) {
    return err({ reason: "reauthentication_expired" });
  }
  return ok({ sessionId, generation: verified.value.generation, at });
}
