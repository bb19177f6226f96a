import { type AuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { publishEndedSessions } from "./publish-ended-sessions.ts";
import type { RevocationList } from "./revocation-list/revocation-list.ts";
import type { SessionStore } from "./store.ts";

export type EndSessionDeps = {
  readonly clock: Clock;
  readonly sessions: Pick<SessionStore, "end">;
  readonly settings: { readonly accessTokenTtl: number };
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
};

type EndSessionInput = {
  readonly sessionId: string;
  /** The account that must own the session; otherwise nothing ends. Null: any account. */
  readonly accountId: string | null;
  readonly event: AuditEvent;
  /** The account that ends the session, or null when the service does. */
  readonly actorId: string | null;
  readonly caller: Caller;
  /** Mailed only if this call ends the session. */
  readonly notice?: NewMessage;
};

/**
 * Ends one session and the sessions that OAuth clients opened with it (RFC 9700 §4.14: the whole family is revoked). This service
 * refuses their tokens at once. The revocation list holds them until the last of their tokens has expired.
 */
export async function endSession(
  deps: EndSessionDeps,
  input: EndSessionInput,
): Promise<"ended" | "already_ended"> {
  const { sessionId, accountId, event, actorId, caller, notice } = input;
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, event, caller, actorId);
  const ended = await deps.sessions.end({ sessionId, accountId, now, audit, notice });
  if (ended === "already_ended") return "already_ended";
  await publishEndedSessions(deps, ended, now);
  return "ended";
}
