import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { type AccessTokenDeps, verifyAccessToken } from "../sessions/access-token.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../sessions/refresh-token.ts";

/** The session that a sign-in replaces in a browser, and the event of its end. */
export type ReplacedSession = { readonly sessionId: string; readonly audit: NewAuditEvent };

/** The session cookies of a browser. */
type SessionCookies = { readonly access: string | undefined; readonly refresh: string | undefined };

/**
 * The session of a browser's cookies, by their signature alone: a session that has ended already is not ended
 * again. An expired access token counts, as it does for sign-out.
 */
export async function sessionOfCookies(
  deps: AccessTokenDeps & RefreshTokenDeps,
  { access, refresh }: SessionCookies,
): Promise<string | null> {
  const byRefresh = refresh === undefined ? null : await verifyRefreshToken(deps, refresh);
  if (byRefresh?.ok) return byRefresh.value.sessionId;
  const byAccess =
    access === undefined ? null : await verifyAccessToken(deps, access, { ignoreExpiry: true });
  return byAccess?.ok ? byAccess.value.sessionId : null;
}

type Replacement = { readonly replaces: string | null; readonly accountId: string; readonly caller: Caller };

/** `accountId`: the account that signs in. */
export const replacedBy = (
  deps: { readonly clock: Clock },
  { replaces, accountId, caller }: Replacement,
): ReplacedSession | null =>
  replaces === null
    ? null
    : {
        sessionId: replaces,
        audit: newAuditEvent(
          deps,
          { type: "session_ended", details: { sessionId: replaces } },
          caller,
          accountId,
        ),
      };
