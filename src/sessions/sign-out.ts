import type { Caller } from "../core/caller.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "./refresh-token.ts";

export type SignOutDeps = AccessTokenDeps & RefreshTokenDeps & EndSessionDeps;

type SignOut = {
  /** An access token; or the refresh token of a browser whose access cookie has gone. */
  readonly kind: "access" | "refresh";
  readonly token: string;
  readonly caller: Caller;
};

/**
 * Ends the session that the token names. Signing out twice is signing out, and a token that has run
 * out still signs out: otherwise a late click would leave the session open for its refresh token.
 * Says whose session it was.
 */
export async function signOut(
  deps: SignOutDeps,
  input: SignOut,
): Promise<Result<{ readonly accountId: string }, "token_unusable">> {
  const named = await sessionNamedBy(deps, input);
  if (!named) return err("token_unusable");
  const { sessionId, accountId } = named;
  await endSession(deps, {
    sessionId,
    accountId,
    event: { type: "signed_out", details: { sessionId } },
    actorId: accountId,
    caller: input.caller,
  });
  return ok({ accountId });
}

async function sessionNamedBy(deps: SignOutDeps, { kind, token }: SignOut) {
  const claims =
    kind === "access"
      ? await verifyAccessToken(deps, token, { ignoreExpiry: true })
      : await verifyRefreshToken(deps, token);
  return claims.ok ? claims.value : null;
}
