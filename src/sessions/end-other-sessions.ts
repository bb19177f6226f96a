import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";

export type EndOtherSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: {
    endOthers(draft: {
      accountId: string;
      keepSessionId: string;
      audit: NewAuditEvent;
      now: number;
    }): Promise<readonly string[]>;
  };
  readonly revocationList: {
    revokeSessions(sessionIds: readonly string[], ttlSeconds: number): Promise<unknown>;
  };
  readonly defer: (work: () => Promise<unknown>) => void;
  readonly settings: { readonly accessTokenTtl: number };
};

type Ending = { readonly accountId: string; readonly sessionId: string; readonly caller: Caller };

/** Ends every session of the account but the one that asks, by one statement (ASVS 7.5.2). */
export async function endOtherSessions(deps: EndOtherSessionsDeps, input: Ending): Promise<void> {
  const { accountId, sessionId, caller } = input;
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "other_sessions_ended" }, caller, accountId);
  const ended = await deps.sessions.endOthers({ accountId, keepSessionId: sessionId, audit, now });
  deps.defer(() => deps.revocationList.revokeSessions(ended, deps.settings.accessTokenTtl));
}
