import { isOwnSession, isSessionLive, type Model } from "./model.ts";
import { violation } from "./violation.ts";

export type SessionRow = { readonly id: string; readonly authenticated_at: number };

export const SESSIONS = `SELECT id, CASE WHEN reauthenticated_at = 0 THEN 0 ELSE max(coalesce(auth_time, created_at), coalesce(reauthenticated_at, 0)) END AS authenticated_at
  FROM sessions`;

/** The stored sessions are those that the requests have opened, and only a reauthentication renews their authentication. */
export function checkSessionRows(model: Model, rows: readonly SessionRow[]): void {
  for (const row of rows) {
    const session = model.sessions.find(({ id }) => id === row.id);
    if (!session) violation(`the session ${row.id} exists, and no request opened it`);
    if (!isOwnSession(session) || !isSessionLive(model, session)) continue;
    const difference = row.authenticated_at - (session.isConfirmed ? session.authenticatedAt : 0);
    if (difference !== 0)
      violation(
        `a session of ${session.holder} was authenticated ${difference} ms later than its last proof`,
      );
  }
}
