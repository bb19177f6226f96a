import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";
import type { SessionStore } from "./store.ts";

export type EndAllSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: Pick<SessionStore, "endAll">;
  readonly revocationList: Pick<RevocationList, "revokeAccount">;
  readonly settings: { readonly accessTokenTtl: number };
};

/** Ends every session of the account, the calling one included. */
export async function endAllSessions(
  deps: EndAllSessionsDeps,
  input: { readonly accountId: string; readonly caller: Caller },
): Promise<void> {
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "all_sessions_ended" }, input.caller, input.accountId);
  await deps.sessions.endAll(input.accountId, now, audit);
  // Every token issued before `now` expires before this entry.
  await deps.revocationList.revokeAccount(input.accountId, now, deps.settings.accessTokenTtl);
}
