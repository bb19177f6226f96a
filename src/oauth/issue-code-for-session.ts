import { type Clock, MINUTE, SECOND } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { TokenSettings } from "../sessions/access-token.ts";
import { ownAudience } from "../sessions/audience.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../sessions/refresh-token.ts";
import { type CodeRequest, newAuthorizationCode } from "./authorization-code.ts";
import type { AuthorizationCodeStore } from "./store.ts";

/** Unexpired codes of one account: enough for a browser with a dozen tabs, and a bound on the rows. */
const MAX_LIVE_CODES = 20;

export type IssueCodeForSessionDeps = RefreshTokenDeps & {
  readonly clock: Clock;
  readonly settings: Pick<TokenSettings, "publicUrl">;
  readonly authorizationCodes: Pick<AuthorizationCodeStore, "issueForSession">;
};

type SessionCodeRequest = CodeRequest & {
  readonly sessionId: string;
  /** The refresh token that the browser has just got. */
  readonly refreshToken: string;
};

/** `retryAfter` in seconds. */
type Failure = { readonly reason: "not_held" } | { readonly reason: "too_many"; readonly retryAfter: number };

/**
 * Issues a code for a live session of the browser. The child session outlives an access token, which every resource
 * server sees. So the caller must present a refresh token that a refresh would accept (RFC 9700 §4.14.2).
 */
export async function issueCodeForSession(
  deps: IssueCodeForSessionDeps,
  { sessionId, refreshToken, ...request }: SessionCodeRequest,
): Promise<Result<string, Failure>> {
  const presented = await verifyRefreshToken(deps, refreshToken);
  if (!presented.ok || presented.value.sessionId !== sessionId) return err({ reason: "not_held" });
  const { code, row } = await newAuthorizationCode(request, deps.clock.now());
  const { generation } = presented.value;
  const session = { sessionId, generation, ownAudience: ownAudience(deps.settings) };
  const outcome = await deps.authorizationCodes.issueForSession(session, row, MAX_LIVE_CODES);
  if (outcome === "issued") return ok(code);
  return err(
    outcome === "too_many" ? { reason: "too_many", retryAfter: MINUTE / SECOND } : { reason: "not_held" },
  );
}
