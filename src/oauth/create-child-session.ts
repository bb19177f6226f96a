import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { ChildSessionGrant } from "../authentication/first-factor.ts";
import type { SessionOpener } from "../authentication/session-opener.ts";
import type { SignedIn } from "../authentication/sign-in-outcome.ts";
import type { Caller } from "../core/caller.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type IssueTokensDeps, issueTokens, warmSigningKey } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import type { ParentSession } from "./authorization-code.ts";

export type CreateChildSessionDeps = IssueTokensDeps &
  NewSessionDeps & {
    readonly signIns: SessionOpener;
  };

type ChildSessionRequest = {
  readonly grant: ChildSessionGrant;
  readonly parent: ParentSession;
  /** The client application's origin. */
  readonly origin: string;
  /** The token of a known device; null for an unknown one. */
  readonly deviceToken: string | null;
  /** The audience of the tokens. */
  readonly audience: string;
  readonly caller: Caller;
};

/**
 * Opens a client application's session as a child of the session that its code was issued for. There is no new
 * authentication: the child has the parent's methods, expires and ends with it (NIST SP 800-63B-4 §5.2), makes no
 * device known and sends no notice of a new device.
 */
export async function createChildSession(
  deps: CreateChildSessionDeps,
  { grant, parent, origin, deviceToken, audience, caller }: ChildSessionRequest,
): Promise<Result<SignedIn, { readonly reason: "authorization_code_invalid" }>> {
  await warmSigningKey(deps);
  const client = { id: origin, audience, codeClaim: grant.claim };
  const child = newSession(deps, { amr: parent.amr.split(" "), client, caller, deviceId: null });
  const session = {
    ...child,
    accountId: grant.accountId,
    idleExpiresAt: Math.min(child.idleExpiresAt, parent.expiresAt),
    expiresAt: Math.min(child.expiresAt, parent.expiresAt),
    app: { parentId: parent.id, origin },
    authTime: parent.authTime,
  };
  const details = { sessionId: session.id, amr: parent.amr };
  const audit = newAuditEvent(deps, { type: "signed_in", details }, caller, grant.accountId);
  const outcome = await deps.signIns.openSession({
    grant,
    session,
    audit,
    newDeviceNotice: null,
    replaces: null,
  });
  if (outcome.kind !== "opened") return err({ reason: "authorization_code_invalid" });
  const { account } = outcome;
  const { createdAt: rotatedAt, authTime: authenticatedAt } = session;
  const stored = { ...session, generation: 1, rotatedAt, authenticatedAt };
  const tokens = await issueTokens(deps, { session: stored, account }, { audience });
  return ok({ kind: "signed_in", tokens, account, sessionId: session.id, deviceToken });
}
