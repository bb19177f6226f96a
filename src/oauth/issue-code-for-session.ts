import { type Clock, MINUTE, SECOND } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../sessions/refresh-token.ts";
import {
  type Destination,
  type HeldSession,
  type NewAuthorizationCode,
  newAuthorizationCode,
} from "./authorization-code.ts";

/** Codes of one account that may wait at once: a browser that opens a dozen tabs, and no flood of rows. */
const MOST_WAITING = 20;

export type IssueCodeForSessionDeps = RefreshTokenDeps & {
  readonly clock: Clock;
  readonly authorizationCodes: {
    issueForSession(
      session: HeldSession,
      code: NewAuthorizationCode,
      most: number,
    ): Promise<"issued" | "too_many" | "not_held">;
  };
};

type Request = Destination & {
  readonly sessionId: string;
  /** As the browser has just been given it. */
  readonly refreshToken: string;
};

/** `retryAfter` in seconds. */
type Failure = { readonly reason: "not_held" } | { readonly reason: "too_many"; readonly retryAfter: number };

/**
 * A code for whoever has signed in here, in full: it is good for as long as that session is. What comes of it
 * lasts, so an access token, which is good for minutes and travels to every consumer, does not get one: the
 * refresh token does, where a refresh would (RFC 9700 §4.14.2).
 */
export async function issueCodeForSession(
  deps: IssueCodeForSessionDeps,
  { sessionId, refreshToken, ...destination }: Request,
): Promise<Result<string, Failure>> {
  const held = await verifyRefreshToken(deps, refreshToken);
  if (!held.ok || held.value.sessionId !== sessionId) return err({ reason: "not_held" });
  const { code, draft } = await newAuthorizationCode(destination, deps.clock.now());
  const { generation } = held.value;
  const outcome = await deps.authorizationCodes.issueForSession(
    { sessionId, generation },
    draft,
    MOST_WAITING,
  );
  if (outcome === "issued") return ok(code);
  return err(
    outcome === "too_many" ? { reason: "too_many", retryAfter: MINUTE / SECOND } : { reason: "not_held" },
  );
}
