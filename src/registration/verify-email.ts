import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { allowsMethod, type SignInMethodSettings } from "../authentication/sign-in-methods.ts";
import type { Caller } from "../core/caller.ts";
import { DAY } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import {
  type PresentedSessionDeps,
  type PresentedTokens,
  presentedSessionId,
} from "../sessions/presented-session.ts";
import type { RevocationList } from "../sessions/revocation-list/revocation-list.ts";
import { type NewBootstrapDeps, newBootstrap } from "./bootstrap-superuser.ts";
import { type FindEmailTokenDeps, findEmailToken } from "./email-tokens/find-email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./email-tokens/new-email-token.ts";
import type { EmailVerificationStore } from "./email-verification-store.ts";
import { newForeignAccessRemoval } from "./foreign-access.ts";

export type VerifyEmailDeps = FindEmailTokenDeps &
  NewEmailTokenDeps &
  NewBootstrapDeps &
  PresentedSessionDeps & {
    readonly emailVerifications: EmailVerificationStore;
    readonly messages: Outbox;
    readonly revocationList: Pick<RevocationList, "revokeSessions">;
    readonly defer: Defer;
    readonly settings: SignInMethodSettings & { readonly accessTokenTtl: number };
  };

type VerifyEmailInput = {
  readonly token: string;
  readonly tokens: PresentedTokens;
  readonly caller: Caller;
};

/** The purposes that `verifyEmail` accepts. It refuses a password reset token. */
export const VERIFICATION_PURPOSES = ["verify_email", "change_email"] as const;

/** `mailedPasswordChoice`: the account has no password and no other method, and its owner was mailed a link to choose one. */
type VerifiedEmail = { readonly mailedPasswordChoice: boolean };

/**
 * Consumes a mailed token: verifies the address of an account, or changes it. The owner of an address that a provider had
 * only implied gets the account without the access that others may have set up, unless the owner uses the link while signed in.
 */
export async function verifyEmail(
  deps: VerifyEmailDeps,
  input: VerifyEmailInput,
): Promise<Result<VerifiedEmail, { readonly reason: "email_token_invalid" }>> {
  const emailToken = await findEmailToken(deps, input.token, VERIFICATION_PURPOSES);
  if (!emailToken) return err({ reason: "email_token_invalid" });
  const now = deps.clock.now();
  const claim = { tokenHash: emailToken.tokenHash, claim: newId(), now };
  if (emailToken.purpose === "change_email") {
    const notice = await deps.messages.create(
      { kind: "email_changed" },
      { expiresAt: now + DAY, to: emailToken.accountEmail },
    );
    const outcome = await deps.emailVerifications.change({
      claim,
      noticeToOldAddress: notice,
      audit: newAuditEvent(deps, { type: "email_changed" }, input.caller, emailToken.accountId),
    });
    if (outcome === "email_token_invalid") return err({ reason: "email_token_invalid" });
    deps.messages.deliverSoon([notice.id]);
    return ok({ mailedPasswordChoice: false });
  }
  const passwordChoice = await newPasswordChoice(deps);
  const removalNotice = await deps.messages.create(
    { kind: "sign_in_methods_removed" },
    { expiresAt: now + DAY },
  );
  const outcome = await deps.emailVerifications.confirm({
    claim,
    bootstrap: newBootstrap(deps, input.caller),
    sessionId: await presentedSessionId(deps, input.tokens),
    removal: newForeignAccessRemoval(deps, input.caller, emailToken.accountId),
    removalNotice,
    passwordChoice,
    audit: newAuditEvent(deps, { type: "email_verified" }, input.caller, emailToken.accountId),
  });
  if (outcome === "email_token_invalid") return err({ reason: "email_token_invalid" });
  const { endedSessionIds, mailedPasswordChoice } = outcome;
  deps.defer(() => deps.revocationList.revokeSessions(endedSessionIds, deps.settings.accessTokenTtl));
  // The store queued each of them only if it applies.
  deps.messages.deliverSoon([removalNotice.id, ...(passwordChoice ? [passwordChoice.mail.id] : [])]);
  return ok({ mailedPasswordChoice });
}

/** The link to choose a password. Null where the deployment has no passwords. */
async function newPasswordChoice(deps: VerifyEmailDeps) {
  if (!allowsMethod(deps.settings, "password")) return null;
  const { emailToken, url } = await newEmailToken(deps, "reset_password");
  const { expiresAt } = emailToken;
  return { emailToken, mail: await deps.messages.create({ kind: "reset_password", url }, { expiresAt }) };
}
