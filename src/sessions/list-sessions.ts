import type { Clock } from "../core/clock.ts";
import type { SessionSummary } from "./session.ts";
import type { SessionStore } from "./store.ts";

export type ListSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: Pick<SessionStore, "listLive">;
};

/** Lists the account's live sessions, the most recently used first. `current` marks the calling session. */
export async function listSessions(
  deps: ListSessionsDeps,
  input: { readonly accountId: string; readonly currentSessionId: string },
): Promise<(SessionSummary & { readonly current: boolean })[]> {
  const live = await deps.sessions.listLive(input.accountId, deps.clock.now());
  return live.map((session) => ({ ...session, current: session.id === input.currentSessionId }));
}
