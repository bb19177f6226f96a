import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";

export type EndOtherSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: {
    endOthers(draft: {
      accountId: string;
      keepSessionId: string;
      audit: AuditDraft;
      now: number;
    }): Promise<readonly string[]>;
  };
  readonly denylist: { denySessions(sessionIds: readonly string[], ttlSeconds: number): Promise<unknown> };
  readonly defer: (work: () => Promise<unknown>) => void;
  readonly settings: { readonly accessTokenTtl: number };
};

type Ending = { readonly accountId: string; readonly sessionId: string; readonly caller: Caller };

/** Ends every session of the account but the one that asks, by one statement (ASVS 7.5.2). */
export async function endOtherSessions(deps: EndOtherSessionsDeps, input: Ending): Promise<void> {
  const { accountId, sessionId, caller } = input;
  const now = deps.clock.now();
  const audit = draftAuditEvent(deps, { type: "other_sessions_ended" }, caller, accountId);
  const ended = await deps.sessions.endOthers({ accountId, keepSessionId: sessionId, audit, now });
  deps.defer(() => deps.denylist.denySessions(ended, deps.settings.accessTokenTtl));
}
