import { type AuditEvent, type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";

export type EndSessionDeps = {
  readonly clock: Clock;
  readonly sessions: {
    end(draft: {
      sessionId: string;
      accountId: string | null;
      now: number;
      audit: NewAuditEvent;
      notice?: NewMessage;
    }): Promise<readonly { id: string; idleExpiresAt: number }[] | "already_ended">;
  };
  readonly settings: { readonly accessTokenTtl: number };
  readonly revocationList: {
    revokeSessions(sessionIds: readonly string[], ttlSeconds: number): Promise<unknown>;
  };
};

type Ending = {
  readonly sessionId: string;
  /** The account whose session it must be; somebody else's is not there for them. Null: whosever it is. */
  readonly accountId: string | null;
  readonly event: AuditEvent;
  /** Who ends it, or null when the service itself does. */
  readonly actorId: string | null;
  readonly caller: Caller;
  /** Mailed by whoever really ends the session. */
  readonly notice?: NewMessage;
};

/**
 * Ends one session, and those of the apps that were signed in to from it (RFC 9700 §4.14: a family goes as a whole):
 * dead here at once, and announced to other Workers until their last token is.
 */
export async function endSession(deps: EndSessionDeps, ending: Ending): Promise<"ended" | "already_ended"> {
  const { sessionId, accountId, event, actorId, caller, notice } = ending;
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, event, caller, actorId);
  const ended = await deps.sessions.end({ sessionId, accountId, now, audit, notice });
  if (ended === "already_ended") return "already_ended";
  // As long as the last token of any of them could live, whichever kind it is of.
  const last = Math.max(...ended.map(({ idleExpiresAt }) => idleExpiresAt));
  const rest = Math.max((last - now) / SECOND, deps.settings.accessTokenTtl);
  await deps.revocationList.revokeSessions(
    ended.map(({ id }) => id),
    rest,
  );
  return "ended";
}
