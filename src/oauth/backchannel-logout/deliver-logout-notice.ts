import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { LOCALES } from "../../core/locale.ts";
import type { TakenNotice } from "./logout-notice.ts";
import { type LogoutTokenDeps, signLogoutToken } from "./logout-token.ts";
import { type AttemptOutcome, judgeAttempt, LEASE_MS, type NoticeDecision } from "./rules.ts";
import type { SendLogoutToken } from "./send-logout-token.ts";
import type { LogoutNoticeStore } from "./store.ts";

/** The service itself acts. */
const NO_CALLER: Caller = { ip: null, userAgent: null, locale: LOCALES[0] };

/** A failed attempt, for the log. */
export type LogoutFailure = {
  readonly clientId: string;
  readonly sessionId: string;
  readonly attempts: number;
  readonly reason: string;
};

export type DeliverLogoutNoticeDeps = LogoutTokenDeps & {
  readonly logoutNotices: Pick<LogoutNoticeStore, "take" | "remove" | "postpone" | "drop">;
  readonly sendLogoutToken: SendLogoutToken;
  readonly reportLogoutFailure: (failure: LogoutFailure) => void;
  readonly reportAlarm: (name: string, details: LogoutFailure) => void;
};

/**
 * One attempt at one notice: takes it, unless another Worker has it, sends the token and records the outcome. A Worker that
 * dies in between loses nothing: the lease ends, and another one sends it again.
 */
export async function deliverLogoutNotice(deps: DeliverLogoutNoticeDeps, sessionId: string): Promise<void> {
  const now = deps.clock.now();
  const notice = await deps.logoutNotices.take(sessionId, now, now + LEASE_MS);
  if (!notice) return;
  const { backchannelLogoutUri: uri } = notice.client;
  // The client has given up its URI meanwhile.
  if (uri === null) return deps.logoutNotices.remove(sessionId);
  const outcome = await deps.sendLogoutToken(uri, await signLogoutToken(deps, notice));
  await record(deps, notice, outcome);
}

async function record(
  deps: DeliverLogoutNoticeDeps,
  notice: TakenNotice,
  outcome: AttemptOutcome,
): Promise<void> {
  const decision = judgeAttempt(outcome, notice, deps.clock.now());
  if (decision.kind === "delivered") return deps.logoutNotices.remove(notice.sessionId);
  const failure = failureOf(notice, decision);
  deps.reportLogoutFailure(failure);
  if (decision.kind === "retry") return deps.logoutNotices.postpone(notice, decision.dueAt);
  const { clientId: client, sessionId, reason } = failure;
  const details = { client, sessionId, reason };
  const audit = newAuditEvent(deps, { type: "logout_notice_dropped", details }, NO_CALLER);
  await deps.logoutNotices.drop(notice, audit);
  deps.reportAlarm("logout_notice_dropped", failure);
}

const failureOf = (
  { clientId, sessionId, attempts }: TakenNotice,
  { reason }: Exclude<NoticeDecision, { kind: "delivered" }>,
): LogoutFailure => ({ clientId, sessionId, attempts, reason });
