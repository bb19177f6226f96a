import type { Clock } from "../core/clock.ts";
import type { SessionSummary } from "./session.ts";

export type ListSessionsDeps = {
  readonly clock: Clock;
  readonly sessions: { listLive(accountId: string, now: number): Promise<SessionSummary[]> };
};

/** The account's live sessions, the one used last first; `current` marks the one that asks. */
export async function listSessions(
  deps: ListSessionsDeps,
  input: { readonly accountId: string; readonly currentSessionId: string },
): Promise<(SessionSummary & { readonly current: boolean })[]> {
  const live = await deps.sessions.listLive(input.accountId, deps.clock.now());
  return live.map((session) => ({ ...session, current: session.id === input.currentSessionId }));
}
