import { draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type MailLinkDeps, mailLink } from "../one-time-links/mail-link.ts";

type CaptchaRefusal = "captcha_required" | "captcha_failed" | "unavailable";

export type RequestResetDeps = MailLinkDeps & {
  readonly humans: {
    require(claim: {
      token: string | undefined;
      action: "forgot";
      ip: string | null;
      asked: true;
    }): Promise<"human" | CaptchaRefusal>;
  };
};

type Request = { readonly email: EmailAddress; readonly captchaToken?: string; readonly caller: Caller };

/** Mails a reset link to whoever has the address. Tells nothing. */
export async function requestReset(
  deps: RequestResetDeps,
  input: Request,
): Promise<Result<void, { readonly reason: CaptchaRefusal }>> {
  const { email, captchaToken: token, caller } = input;
  const human = await deps.humans.require({ token, action: "forgot", ip: caller.ip, asked: true });
  if (human !== "human") return err({ reason: human });
  await mailLink(deps, {
    email,
    purpose: "reset_password",
    unverifiedOnly: false,
    audit: draftAuditEvent(deps, { type: "password_reset_requested" }, caller),
  });
  return ok(undefined);
}
