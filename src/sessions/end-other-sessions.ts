import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";
import type { SessionStore } from "./store.ts";

export type EndOtherSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: Pick<SessionStore, "endOthers">;
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
  readonly defer: Defer;
  readonly settings: { readonly accessTokenTtl: number };
};

/** `sessionId`: the calling session, which stays. */
type EndOthersInput = { readonly accountId: string; readonly sessionId: string; readonly caller: Caller };

/** Ends every session of the account except the calling one, in one statement (ASVS 7.5.2). */
export async function endOtherSessions(deps: EndOtherSessionsDeps, input: EndOthersInput): Promise<void> {
  const { accountId, sessionId, caller } = input;
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "other_sessions_ended" }, caller, accountId);
  const ended = await deps.sessions.endOthers({ accountId, keepSessionId: sessionId, audit, now });
  deps.defer(() => deps.revocationList.revokeSessions(ended, deps.settings.accessTokenTtl));
}
