import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";

export type EndAllSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: { endAll(accountId: string, now: number, audit: NewAuditEvent): Promise<void> };
  readonly revocationList: {
    revokeAccount(accountId: string, timestamp: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly settings: { readonly accessTokenTtl: number };
};

/** Signs the account out everywhere, the calling session included. */
export async function endAllSessions(
  deps: EndAllSessionsDeps,
  input: { readonly accountId: string; readonly caller: Caller },
): Promise<void> {
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "all_sessions_ended" }, input.caller, input.accountId);
  await deps.sessions.endAll(input.accountId, now, audit);
  // No token issued before `now` outlives this entry.
  await deps.revocationList.revokeAccount(input.accountId, now, deps.settings.accessTokenTtl);
}
