import { fill } from "../../../core/text.ts";
import { emailCodeCookie, setChallengeCookie } from "../../../http/challenge-cookie.ts";
import type { DepsOf } from "../../../http/context.ts";
import { deviceCookie } from "../../../http/device-cookie.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { CodeForm, ResendForm } from "../../../ui/code-field.tsx";
import { DevMailboxLink } from "../../../ui/dev-mailbox-link.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, Page, PageContext } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import { redirectAfterSignIn } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { codeField } from "../../one-time-codes/fields.ts";
import { replacedSession } from "../../token-response.ts";
import { emailCodeErrors } from "../errors.ts";
import { type RequestNewEmailCodeDeps, requestNewEmailCode } from "../request-new-email-code.ts";
import { type EmailCodeFailure, type VerifyEmailCodeDeps, verifyEmailCode } from "../verify-email-code.ts";

const PATH = "/sign-in/email-code";

type Data = {
  readonly challengeId: string;
  readonly sentAt: number;
  readonly address: string | null;
  readonly returnTarget: ReturnTarget | null;
};

/** Takes the code of a sign-in by email code. The page is the same for every address. */
export const emailCodePage = (depsOf: DepsOf<RequestNewEmailCodeDeps & VerifyEmailCodeDeps>): Page<Data> => ({
  path: PATH,
  access: "everybody",
  title: (t) => t.emailCode.title,
  load: async (c) => {
    const sent = await emailCodeCookie.read(c, depsOf(c));
    const returnTarget = c.var.returnTarget ?? null;
    if (!sent) return redirectWithFlash(c, withReturnTarget("/sign-in", returnTarget));
    return { ...sent, address: addressCookie.read(c) ?? null, returnTarget };
  },
  view: (p, { address, sentAt, returnTarget }) => (
    <>
      <p class="lead">{address === null ? p.t.emailCode.lead : fill(p.t.emailCode.leadTo, { address })}</p>
      <CodeForm p={p} />
      <DevMailboxLink p={p} />
      <ResendForm p={p} sentAt={sentAt} nothing={p.t.emailCode.nothing} />
      <p class="aside">
        <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.code.startOver}</a>
      </p>
    </>
  ),
  submit: async (c, form, { challengeId, returnTarget }) => {
    const deps = depsOf(c);
    if (form.text("act") === "resend") {
      const resent = await requestNewEmailCode(deps, { challengeId, caller: c.var.caller });
      if (!resent.ok) return formFailure(c, resent.error.reason, resent.error);
      await emailCodeCookie.set(c, deps, challengeId);
      return redirectWithFlash(c, withReturnTarget(PATH, returnTarget), "codeSent");
    }
    const read = readFields(wordsOf(c), form, { code: codeField });
    if ("refusal" in read) return read.refusal;
    const result = await verifyEmailCode(deps, {
      challengeId,
      ...read.values,
      deviceTokens: deviceCookie(c),
      audience: ownAudience(deps.settings),
      replaces: await replacedSession(c, deps),
      caller: c.var.caller,
    });
    if (!result.ok) return failureOf(c, result.error);
    emailCodeCookie.clear(c);
    if (result.value.kind === "signed_in") {
      addressCookie.clear(c);
      return redirectAfterSignIn(c, result.value);
    }
    await setChallengeCookie(c, deps, result.value.challengeId);
    return redirectWithFlash(c, withReturnTarget("/sign-in/code", returnTarget));
  },
});

const failureOf = (c: PageContext, error: EmailCodeFailure): FormFailure =>
  emailCodeErrors[error.reason] === "code_invalid"
    ? invalid({ code: wordsOf(c).problems.codeWrong })
    : formFailure(c, emailCodeErrors[error.reason], error);
