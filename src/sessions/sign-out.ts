import type { Caller } from "../kernel/caller.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";

export type SignOutDeps = AccessTokenDeps & EndSessionDeps;

/**
 * Ends the session that the token names. Signing out twice is signing out, and a token that has run
 * out still signs out: otherwise a late click would leave the session open for its refresh token.
 */
export async function signOut(
  deps: SignOutDeps,
  input: { readonly token: string; readonly caller: Caller },
): Promise<Result<void, "token_unusable">> {
  const claims = await verifyAccessToken(deps, input.token, { ignoreExpiry: true });
  if (!claims.ok) return err("token_unusable");
  const { sessionId, accountId } = claims.value;
  await endSession(deps, {
    sessionId,
    accountId,
    event: { type: "signed_out", details: { sessionId } },
    actorId: accountId,
    caller: input.caller,
  });
  return ok(undefined);
}
