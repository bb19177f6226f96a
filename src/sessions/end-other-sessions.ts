import type { Caller } from "../kernel/caller.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { type ListSessionsDeps, listSessions } from "./list-sessions.ts";

export type EndOtherSessionsDeps = ListSessionsDeps & EndSessionDeps;

type Ending = { readonly accountId: string; readonly sessionId: string; readonly caller: Caller };

/** Ends every session of the account but the one that asks, each as if it had been named (ASVS 7.5.2). */
export async function endOtherSessions(deps: EndOtherSessionsDeps, input: Ending): Promise<void> {
  const { accountId, caller } = input;
  const live = await listSessions(deps, { accountId, currentSessionId: input.sessionId });
  for (const { id: sessionId, current } of live) {
    if (current) continue;
    const event = { type: "session_ended", details: { sessionId } } as const;
    await endSession(deps, { sessionId, accountId, event, actorId: accountId, caller });
  }
}
