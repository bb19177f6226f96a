import type { Account } from "../accounts/account.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { KnownDevice } from "../devices/device-token.ts";
import type { Caller } from "../kernel/caller.ts";
import { DAY } from "../kernel/clock.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { readyToIssue } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import type { SessionDraft } from "../sessions/session.ts";
import type { LoginFailure, SignedIn } from "./outcome.ts";
import { type SignedInDeps, signedIn } from "./signed-in.ts";

export type CompleteLoginDeps = SignedInDeps &
  NewSessionDeps & {
    readonly logins: {
      open(draft: {
        accountId: string;
        checkedHash: string;
        rehash: string | null;
        lockKey: string;
        now: number;
        session: SessionDraft;
        audit: AuditDraft;
        newDeviceNotice: MessageDraft | null;
      }): Promise<"opened" | "changed_meanwhile">;
    };
    readonly messages: Outbox;
  };

/** A password that was right, for an account that may sign in. */
export type CheckedSignIn = {
  readonly account: Account;
  readonly email: EmailAddress;
  readonly checkedHash: string;
  readonly rehash: string | null;
  readonly lockKey: string;
  readonly device: KnownDevice | null;
  readonly caller: Caller;
};

/** Opens the session and issues its first tokens; nothing is held against the address any more. */
export async function completeLogin(
  deps: CompleteLoginDeps,
  signIn: CheckedSignIn,
): Promise<Result<SignedIn, LoginFailure>> {
  const { account, caller, device, checkedHash, rehash, lockKey } = signIn;
  await readyToIssue(deps);
  const now = deps.clock.now();
  const session = { ...newSession(deps, ["pwd"], caller), accountId: account.id };
  const details = { sessionId: session.id, amr: "pwd" };
  const notice = device
    ? null
    : await deps.messages.draft({ kind: "new_device_sign_in" }, { expiresAt: now + DAY });
  const outcome = await deps.logins.open({
    accountId: account.id,
    checkedHash,
    rehash,
    lockKey,
    now,
    session,
    audit: draftAuditEvent(deps, { type: "signed_in", details }, caller, account.id),
    newDeviceNotice: notice,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  if (notice) deps.messages.deliverSoon([notice.id]);
  const deviceId = device?.deviceId ?? null;
  return ok(await signedIn(deps, { session, account, emailKey: signIn.email.key, deviceId }));
}
