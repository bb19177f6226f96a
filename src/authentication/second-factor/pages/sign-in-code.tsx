import { fill } from "../../../core/text.ts";
import {
  clearChallengeCookie,
  readChallengeCookie,
  setChallengeCookie,
} from "../../../http/challenge-cookie.ts";
import type { DepsOf } from "../../../http/context.ts";
import { ownAudience } from "../../../sessions/audience.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, Page, PageContext } from "../../../ui/page.ts";
import { addressCookie } from "../../../ui/page-cookies.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import type { Form } from "../../../ui/read-form.ts";
import { redirectAfterSignIn } from "../../../ui/redirect-after-sign-in.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { anyCodeField, codeField } from "../../one-time-codes/fields.ts";
import { replacedSession } from "../../token-response.ts";
import { secondFactorErrors } from "../errors.ts";
import { SECOND_FACTOR_KINDS, SENT_FACTOR_KINDS, type SecondFactorKind } from "../policy.ts";
import { type ReadChallengeDeps, readChallenge } from "../read-challenge.ts";
import { type ResendCodeDeps, resendCode } from "../resend-code.ts";
import type { SecondFactorAnswer } from "../second-factor.ts";
import { type VerifySecondFactorDeps, verifySecondFactor } from "../verify-second-factor.ts";
import { type ChosenFactor, FactorForm, factorPath, OtherFactors } from "./factor-forms.tsx";

type Deps = VerifySecondFactorDeps & ResendCodeDeps & ReadChallengeDeps;

type Subject = {
  readonly challengeId: string;
  readonly sentAt: number;
  readonly address: string | null;
  readonly returnTarget: ReturnTarget | null;
  /** The kind that the user has chosen; undefined for that of the challenge. */
  readonly requested: SecondFactorKind | undefined;
};

type Data = Subject & { readonly chosen: ChosenFactor };

/** The second factor of a sign-in: the one that its challenge asks for, or another one that the user chooses. */
export const signInCodePage = (depsOf: DepsOf<Deps>): Page<Data, Subject> => ({
  path: "/sign-in/code",
  access: "everybody",
  title: (t, { chosen }) => t.code.factors[chosen.kind].title,
  usesPasskeys: ({ chosen }) => chosen.kind === "passkey",
  load: async (c, form) => {
    const sent = await readChallengeCookie(c, depsOf(c));
    const returnTarget = c.var.returnTarget ?? null;
    if (!sent) return redirectWithFlash(c, withReturnTarget("/sign-in", returnTarget));
    const requested = kindOf(form?.text("factor") ?? c.req.query("factor"));
    return { ...sent, address: addressCookie.read(c) ?? null, returnTarget, requested };
  },
  loadData: async (c, subject) => ({ ...subject, chosen: await chooseFactor(depsOf(c), subject) }),
  view: (p, { address, returnTarget, chosen }) => (
    <>
      <p class="lead">
        {address !== null && chosen.kind === "email_otp"
          ? fill(p.t.code.leadTo, { address })
          : p.t.code.factors[chosen.kind].lead}
      </p>
      <FactorForm p={p} chosen={chosen} />
      <OtherFactors p={p} others={chosen.others} returnTarget={returnTarget} />
      <p class="aside">
        <a href={withReturnTarget("/sign-in", returnTarget)}>{p.t.code.startOver}</a>
      </p>
    </>
  ),
  submit: (c, form, subject) =>
    form.text("act") === "resend" || form.text("act") === "send"
      ? sendCode(c, depsOf(c), subject)
      : verify(c, depsOf(c), form, subject),
});

const kindOf = (text: string | undefined): SecondFactorKind | undefined =>
  SECOND_FACTOR_KINDS.find((kind) => kind === text);

/** The form to show. An expired challenge has that of a mailed code, so that its page says no more than its answer. */
async function chooseFactor(deps: Deps, { challengeId, sentAt, requested }: Subject): Promise<ChosenFactor> {
  const { deviceTrust } = deps.settings.secondFactor;
  const challenge = await readChallenge(deps, { challengeId });
  if (!challenge) return { kind: "email_otp", others: [], sentAt, deviceTrust };
  const { factors, defaultFactor } = challenge.offer;
  const isOffered = (kind: string | undefined) => factors.find((each) => each === kind);
  const kind = isOffered(requested) ?? isOffered(challenge.factorKind) ?? defaultFactor;
  return { kind, others: factors.filter((each) => each !== kind), sentAt, deviceTrust };
}

async function sendCode(
  c: PageContext,
  deps: Deps,
  { challengeId, requested, returnTarget }: Subject,
): Promise<Response | FormFailure> {
  const factor = SENT_FACTOR_KINDS.find((kind) => kind === requested);
  const sent = await resendCode(deps, { challengeId, factor, caller: c.var.caller });
  if (!sent.ok) return formFailure(c, "rate_limited", sent.error);
  await setChallengeCookie(c, deps, challengeId);
  const path = factor ? factorPath(factor, returnTarget) : withReturnTarget("/sign-in/code", returnTarget);
  return redirectWithFlash(c, path, "codeSent");
}

async function verify(
  c: PageContext,
  deps: Deps,
  form: Form,
  { challengeId, requested }: Subject,
): Promise<Response | FormFailure> {
  const read = readAnswer(c, form, requested);
  if ("refusal" in read) return read.refusal;
  const result = await verifySecondFactor(deps, {
    challengeId,
    answer: read.answer,
    factor: requested,
    rememberDevice: form.text("rememberDevice") === "yes",
    audience: ownAudience(deps.settings),
    replaces: await replacedSession(c, deps),
    caller: c.var.caller,
  });
  if (result.ok) {
    clearChallengeCookie(c);
    addressCookie.clear(c);
    return redirectAfterSignIn(c, result.value);
  }
  const { error } = result;
  if (error.reason !== "code_incorrect") return formFailure(c, secondFactorErrors[error.reason], error);
  const { code, problems } = wordsOf(c);
  return read.answer.by === "assertion"
    ? { code: "code_invalid", alert: code.passkeyWrong }
    : invalid({ code: problems.codeWrong });
}

function readAnswer(
  c: PageContext,
  form: Form,
  requested: SecondFactorKind | undefined,
): { readonly answer: SecondFactorAnswer } | { readonly refusal: FormFailure } {
  if (requested === "passkey") {
    const assertion = parseAssertion(form.text("assertion"));
    return assertion === null
      ? { refusal: { code: "validation_failed", alert: wordsOf(c).code.passkeyWrong } }
      : { answer: { by: "assertion", assertion } };
  }
  const hasOwnForm = requested === "recovery_code";
  const read = readFields(wordsOf(c), form, { code: hasOwnForm ? anyCodeField : codeField });
  return "refusal" in read ? read : { answer: { by: "code", code: read.values.code } };
}

function parseAssertion(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" ? parsed : null;
  } catch {
    return null;
  }
}
