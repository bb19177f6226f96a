import type { Caller } from "../core/caller.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type AccessTokenDeps, verifyAccessToken } from "./access-token.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "./refresh-token.ts";

export type SignOutDeps = AccessTokenDeps & RefreshTokenDeps & EndSessionDeps;

type SignOutInput = {
  /** The access token, or the refresh token of a browser whose access cookie has expired. */
  readonly kind: "access" | "refresh";
  readonly token: string;
  readonly caller: Caller;
};

/**
 * Ends the session of the token. Idempotent. An expired access token is accepted: otherwise a late click would
 * leave the session open to its refresh token. Returns the account of the session.
 */
export async function signOut(
  deps: SignOutDeps,
  input: SignOutInput,
): Promise<Result<{ readonly accountId: string }, "token_unusable">> {
  const claims = await verifyPresentedToken(deps, input);
  if (!claims) return err("token_unusable");
  const { sessionId, accountId } = claims;
  await endSession(deps, {
    sessionId,
    accountId,
    event: { type: "signed_out", details: { sessionId } },
    actorId: accountId,
    caller: input.caller,
  });
  return ok({ accountId });
}

async function verifyPresentedToken(deps: SignOutDeps, { kind, token }: SignOutInput) {
  const verified =
    kind === "access"
      ? await verifyAccessToken(deps, token, { ignoreExpiry: true })
      : await verifyRefreshToken(deps, token);
  return verified.ok ? verified.value : null;
}
