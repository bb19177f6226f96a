import type { Caller } from "../core/caller.ts";
import { DAY } from "../core/clock.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import type { SessionState } from "./session.ts";

export type EndReusedSessionDeps = EndSessionDeps & { readonly messages: Outbox };

/** Ends a session after the reuse of a refresh token, and tells the owner (RFC 9700 §4.14.2). */
export async function endReusedSession(
  deps: EndReusedSessionDeps,
  session: SessionState,
  generation: number,
  caller: Caller,
): Promise<void> {
  const expiresAt = deps.clock.now() + DAY;
  const notice = await deps.messages.create({ kind: "session_ended_after_reuse" }, { expiresAt });
  const outcome = await endSession(deps, {
    sessionId: session.id,
    accountId: session.accountId,
    event: { type: "refresh_token_reused", details: { sessionId: session.id, generation } },
    actorId: null,
    caller,
    notice,
  });
  if (outcome === "ended") deps.messages.deliverSoon([notice.id]);
}
