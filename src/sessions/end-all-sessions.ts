import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";

export type EndAllSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: { endAll(accountId: string, now: number, audit: AuditDraft): Promise<void> };
  readonly denylist: {
    denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly settings: { readonly accessTokenTtl: number };
};

/** Signs the account out everywhere, the calling session included. */
export async function endAllSessions(
  deps: EndAllSessionsDeps,
  input: { readonly accountId: string; readonly caller: Caller },
): Promise<void> {
  const now = deps.clock.now();
  const audit = draftAuditEvent(deps, { type: "all_sessions_ended" }, input.caller, input.accountId);
  await deps.sessions.endAll(input.accountId, now, audit);
  // No token issued before `now` outlives this entry.
  await deps.denylist.denyAccount(input.accountId, now, deps.settings.accessTokenTtl);
}
