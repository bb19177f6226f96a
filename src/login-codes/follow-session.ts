import type { Account } from "../accounts/account.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { readyToIssue } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import type { SessionDraft } from "../sessions/session.ts";
import type { FollowedSession } from "../sign-in/first-step.ts";
import type { SignedIn } from "../sign-in/outcome.ts";
import { type SignedInDeps, signedIn } from "../sign-in/signed-in.ts";

export type FollowSessionDeps = SignedInDeps &
  NewSessionDeps & {
    readonly logins: {
      open(draft: {
        step: FollowedSession;
        session: SessionDraft;
        audit: AuditDraft;
        newDeviceNotice: null;
      }): Promise<{ kind: "opened"; account: Account } | { kind: "locked" | "changed_meanwhile" }>;
    };
  };

/** The session that a code was given to: the one of the pages, also where an app's own session asked. */
export type ParentSession = { readonly id: string; readonly amr: string; readonly expiresAt: number };

type Follower = {
  readonly step: FollowedSession;
  readonly parent: ParentSession;
  /** Where the code was sent. */
  readonly origin: string;
  /** Of a device that is known. */
  readonly deviceToken: string | null;
  readonly caller: Caller;
};

/**
 * Opens the app's own session beneath the one that its code was given to. Nothing was proven anew: it has the
 * methods of that session, no day more than it (NIST SP 800-63B-4 §5.2), ends with it, and
 * makes no device known that was not; and it is no news to its owner.
 */
export async function followSession(
  deps: FollowSessionDeps,
  { step, parent, origin, deviceToken, caller }: Follower,
): Promise<Result<SignedIn, { readonly reason: "code_dead" }>> {
  await readyToIssue(deps);
  const fresh = newSession(deps, parent.amr.split(" "), caller);
  const session = {
    ...fresh,
    accountId: step.accountId,
    idleExpiresAt: Math.min(fresh.idleExpiresAt, parent.expiresAt),
    expiresAt: Math.min(fresh.expiresAt, parent.expiresAt),
    app: { parentId: parent.id, origin },
  };
  const details = { sessionId: session.id, amr: parent.amr };
  const audit = draftAuditEvent(deps, { type: "signed_in", details }, caller, step.accountId);
  const outcome = await deps.logins.open({ step, session, audit, newDeviceNotice: null });
  if (outcome.kind !== "opened") return err({ reason: "code_dead" });
  return ok(await signedIn(deps, { session, account: outcome.account, deviceToken }));
}
