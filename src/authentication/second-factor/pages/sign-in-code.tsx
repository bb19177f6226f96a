import { fill } from "../../../core/text.ts";
import {
  clearChallengeCookie,
  readChallengeCookie,
  setChallengeCookie,
} from "../../../http/challenge-cookie.ts";
import type { DepsOf } from "../../../http/context.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { CodeForm, ResendForm } from "../../../ui/code-field.tsx";
import { DevMailboxLink } from "../../../ui/dev-mailbox-link.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import type { Page } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import { redirectAfterSignIn } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { codeField } from "../../one-time-codes/fields.ts";
import { replacedSession } from "../../token-response.ts";
import { secondFactorErrors } from "../errors.ts";
import { type ResendCodeDeps, resendCode } from "../resend-code.ts";
import { type VerifySecondFactorDeps, verifySecondFactor } from "../verify-second-factor.ts";

type Deps = VerifySecondFactorDeps & ResendCodeDeps;

type Data = {
  readonly challengeId: string;
  readonly sentAt: number;
  readonly address: string | null;
  readonly returnTarget: ReturnTarget | null;
};

/** The second factor of a sign-in: the mailed code. */
export const signInCodePage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-in/code",
  access: "everybody",
  title: (t) => t.code.title,
  load: async (c) => {
    const sent = await readChallengeCookie(c, depsOf(c));
    const returnTarget = c.var.returnTarget ?? null;
    if (!sent) return redirectWithFlash(c, withReturnTarget("/sign-in", returnTarget));
    return { ...sent, address: addressCookie.read(c) ?? null, returnTarget };
  },
  view: (p, { address, sentAt, returnTarget }) => (
    <>
      <p class="lead">{address === null ? p.t.code.lead : fill(p.t.code.leadTo, { address })}</p>
      <CodeForm p={p} />
      <DevMailboxLink p={p} />
      <ResendForm p={p} sentAt={sentAt} nothing={p.t.code.nothing} />
      <p class="aside">
        <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.code.startOver}</a>
      </p>
    </>
  ),
  submit: async (c, form, { challengeId, returnTarget }) => {
    const deps = depsOf(c);
    if (form.text("act") === "resend") {
      const resent = await resendCode(deps, { challengeId, caller: c.var.caller });
      if (!resent.ok) return formFailure(c, "rate_limited", resent.error);
      await setChallengeCookie(c, deps, challengeId);
      return redirectWithFlash(c, withReturnTarget("/sign-in/code", returnTarget), "codeSent");
    }
    const read = readFields(wordsOf(c), form, { code: codeField });
    if ("refusal" in read) return read.refusal;
    const result = await verifySecondFactor(deps, {
      challengeId,
      ...read.values,
      audience: ownAudience(deps.settings),
      replaces: await replacedSession(c, deps),
      caller: c.var.caller,
    });
    if (!result.ok) {
      return result.error.reason === "code_incorrect"
        ? invalid({ code: wordsOf(c).problems.codeWrong })
        : formFailure(c, secondFactorErrors[result.error.reason], result.error);
    }
    clearChallengeCookie(c);
    addressCookie.clear(c);
    return redirectAfterSignIn(c, result.value);
  },
});
