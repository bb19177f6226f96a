import type { Account } from "../accounts/account.ts";
import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { ChildSessionGrant } from "../authentication/first-factor.ts";
import type { SignedIn } from "../authentication/sign-in-outcome.ts";
import { type SignedInDeps, signedIn } from "../authentication/signed-in.ts";
import type { Caller } from "../core/caller.ts";
import { err, ok, type Result } from "../core/result.ts";
import { warmSigningKey } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import type { SessionDraft } from "../sessions/session.ts";

export type CreateChildSessionDeps = SignedInDeps &
  NewSessionDeps & {
    readonly logins: {
      open(draft: {
        step: ChildSessionGrant;
        session: SessionDraft;
        audit: NewAuditEvent;
        newDeviceNotice: null;
      }): Promise<{ kind: "opened"; account: Account } | { kind: "locked" | "changed_meanwhile" }>;
    };
  };

/** The session that a code was given to: the one of the pages, also where an app's own session asked. */
export type ParentSession = { readonly id: string; readonly amr: string; readonly expiresAt: number };

type Follower = {
  readonly step: ChildSessionGrant;
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
export async function createChildSession(
  deps: CreateChildSessionDeps,
  { step, parent, origin, deviceToken, caller }: Follower,
): Promise<Result<SignedIn, { readonly reason: "authorization_code_invalid" }>> {
  await warmSigningKey(deps);
  const fresh = newSession(deps, parent.amr.split(" "), caller);
  const session = {
    ...fresh,
    accountId: step.accountId,
    idleExpiresAt: Math.min(fresh.idleExpiresAt, parent.expiresAt),
    expiresAt: Math.min(fresh.expiresAt, parent.expiresAt),
    app: { parentId: parent.id, origin },
  };
  const details = { sessionId: session.id, amr: parent.amr };
  const audit = newAuditEvent(deps, { type: "signed_in", details }, caller, step.accountId);
  const outcome = await deps.logins.open({ step, session, audit, newDeviceNotice: null });
  if (outcome.kind !== "opened") return err({ reason: "authorization_code_invalid" });
  return ok(await signedIn(deps, { session, account: outcome.account, deviceToken }));
}
