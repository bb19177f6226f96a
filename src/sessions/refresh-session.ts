import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import { SECOND } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import { ownAudience } from "./audience.ts";
import { type EndReusedSessionDeps, endReusedSession } from "./end-reused-session.ts";
import { type IssuedTokens, type IssueTokensDeps, issueTokens, warmSigningKey } from "./issue-tokens.ts";
import { judgeRefresh } from "./refresh-rules.ts";
import { verifyRefreshToken } from "./refresh-token.ts";
import type { CurrentSession } from "./session.ts";
import type { SessionStore } from "./store.ts";

export type RefreshSessionDeps = IssueTokensDeps &
  EndReusedSessionDeps & {
    readonly sessions: Pick<SessionStore, "rotate">;
    readonly settings: { readonly refreshIdleTtl: number; readonly refreshGraceSeconds: number };
  };

/** The new tokens, and the session as the rotating batch read it. */
export type RefreshedSession = {
  readonly tokens: IssuedTokens;
  readonly session: CurrentSession;
  /** False: its cookies end with the browser session. */
  readonly isPersistent: boolean;
};

type RefreshInput = {
  readonly refreshToken: string;
  /** The audience of the new access token. Null: that of the session. */
  readonly audience: string | null;
  readonly caller: Caller;
};

export type RefreshFailure = {
  readonly reason:
    | "token_unusable"
    | "session_ended"
    | "token_reused"
    | "client_changed"
    /** The session gets no tokens for the audience. Nothing was spent. */
    | "audience_refused";
};

/**
 * Exchanges a refresh token for its successor. One statement decides which request rotates; `judgeRefresh` judges
 * the others.
 */
export async function refreshSession(
  deps: RefreshSessionDeps,
  input: RefreshInput,
): Promise<Result<RefreshedSession, RefreshFailure>> {
  const claims = await verifyRefreshToken(deps, input.refreshToken);
  if (!claims.ok) return err({ reason: "token_unusable" });
  const { sessionId, generation } = claims.value;
  await warmSigningKey(deps);
  const now = deps.clock.now();
  const own = ownAudience(deps.settings);
  const gracePeriod = deps.settings.refreshGraceSeconds * SECOND;
  const { userAgent } = input.caller;
  const details = { sessionId, generation };
  const found = await deps.sessions.rotate({
    sessionId,
    generation,
    holder: { kind: "own", audience: { requested: input.audience, own } },
    gracePeriod,
    rotates: true,
    userAgent,
    userAgentChanged: newAuditEvent(deps, { type: "user_agent_changed", details }, input.caller),
    idleExpiresAt: now + deps.settings.refreshIdleTtl * SECOND,
    now,
  });
  if (!found) return err({ reason: "session_ended" });
  const { session, account } = found;
  const verdict = judgeRefresh({ ...found, presentedGeneration: generation, userAgent, gracePeriod }, now);
  switch (verdict) {
    case "rotated":
    case "retry": {
      const audience = input.audience ?? session.audience ?? own;
      return ok({
        tokens: await issueTokens(
          deps,
          { session: { ...session, restriction: found.restriction }, account },
          { audience },
        ),
        isPersistent: session.isPersistent,
        session: {
          sessionId,
          clientId: session.clientId,
          authenticatedAt: session.authenticatedAt,
          confirmedAt: session.confirmedAt,
          deviceId: session.deviceId,
          amr: session.amr,
          restriction: found.restriction,
          enrolmentDueAt: found.enrolmentDueAt,
          isKnownDevice: session.isKnownDevice,
          account,
        },
      });
    }
    case "ended":
      return err({ reason: "session_ended" });
    case "client_changed":
    case "audience_refused":
      return err({ reason: verdict });
    case "reuse":
      await endReusedSession(deps, session, generation, input.caller);
      return err({ reason: "token_reused" });
  }
}
