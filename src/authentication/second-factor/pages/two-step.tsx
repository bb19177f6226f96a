import type { Result } from "../../../core/result.ts";
import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { Page, PageContext } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { readReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import { CONFIRMATION_PAGE } from "../../reauthentication/pages/confirmation-cookie.ts";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { allowsMethod, type SignInMethodSettings } from "../../sign-in-methods.ts";
import { type EnableEmailOtpDeps, enableEmailOtp } from "../email-otp/enable-email-otp.ts";
import { factorErrors } from "../factor-errors.ts";
import { type ListFactorsDeps, listFactors } from "../list-factors.ts";
import type { SecondFactorSettings } from "../policy.ts";
import { RecoveryCodesLeft } from "../recovery-codes/pages/recovery-codes-left.tsx";
import { type RemoveFactorDeps, removeFactor } from "../remove-factor.ts";
import { type EnableSmsOtpDeps, enableSmsOtp } from "../sms-otp/enable-sms-otp.ts";
import { smsOtpErrors } from "../sms-otp/errors.ts";
import { EmailOtpSwitch } from "./email-otp-switch.tsx";
import { FactorRows } from "./factor-rows.tsx";
import { PolicyNotice } from "./policy-notice.tsx";
import { RelatedPages } from "./related-pages.tsx";
import { SmsOtpSwitch } from "./sms-otp-switch.tsx";
import { pageAfterEnrolment, type TwoStepData } from "./two-step-data.ts";

type Deps = ListFactorsDeps &
  EnableEmailOtpDeps &
  EnableSmsOtpDeps &
  RemoveFactorDeps & {
    readonly settings: SignInMethodSettings & {
      readonly secondFactor: SecondFactorSettings;
      readonly publicUrl: string;
    };
  };

/** The second factors of the user. A restricted session is led here. */
export const twoStepPage = (depsOf: DepsOf<Deps>): Page<TwoStepData, null> => ({
  path: "/account/two-step",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.twoStep.title,
  back: backToAccount,
  load: () => null,
  loadData: async (c) => {
    const deps = depsOf(c);
    const { session } = c.var;
    return {
      ...(await listFactors(deps, session)),
      policy: deps.settings.secondFactor.policies[session.account.role],
      isRestricted: session.restriction === "enrol_second_factor",
      signsInByPasskey: allowsMethod(deps.settings, "passkey"),
    };
  },
  view: (p, data) => (
    <>
      <p class="lead">{p.t.twoStep.lead}</p>
      <PolicyNotice p={p} data={data} />
      <FactorRows p={p} data={data} />
      <EmailOtpSwitch p={p} data={data} />
      <SmsOtpSwitch p={p} data={data} />
      <RecoveryCodesLeft p={p} data={data} />
      <RelatedPages p={p} data={data} />
    </>
  ),
  submit: async (c, form) => {
    const deps = depsOf(c);
    const act = form.text("act");
    if (act === "confirm") return confirmFactor(c, deps);
    const failed = await changeFactors(c, deps, act);
    const isRestricted = c.var.session.restriction === "enrol_second_factor";
    // The restriction ends with an answer to a texted code.
    if (failed === null && act === "sms-on" && isRestricted) return confirmFactor(c, deps);
    if (failed === null) return redirectWithFlash(c, pageAfterEnrolment(c, deps), "saved");
    if (failed === "reauthentication_required") return redirectToConfirmation(c, deps);
    const sentence = failed === "last_second_factor" ? wordsOf(c).twoStep.lastOne : undefined;
    return formFailure(c, errors[failed], undefined, sentence);
  },
});

/** Leads to the confirmation by a factor, and from there to the page that led here. */
function confirmFactor(c: PageContext, deps: Deps): Response {
  const target = readReturnTarget(new URL(c.req.url).searchParams, deps.settings);
  return target === null
    ? redirectToConfirmation(c, deps)
    : c.redirect(withReturnTarget(CONFIRMATION_PAGE, target), 303);
}

const errors = { ...factorErrors, ...smsOtpErrors };

type Reason = keyof typeof errors;

/** Null: the factor is on or off as the user asked. */
function changeFactors(c: PageContext, deps: Deps, act: string): Promise<Reason | null> {
  switch (act) {
    case "email-on":
      return turnOn(c, (input) => enableEmailOtp(deps, input));
    case "sms-on":
      return turnOn(c, (input) => enableSmsOtp(deps, input));
    case "sms-off":
      return turnOff(c, deps, "sms_otp");
    default:
      return turnOff(c, deps, "email_otp");
  }
}

async function turnOn(
  c: PageContext,
  enable: (input: Parameters<typeof enableEmailOtp>[1]) => Promise<Result<void, { readonly reason: Reason }>>,
): Promise<Reason | null> {
  const { session, caller } = c.var;
  const result = await enable({ session, caller });
  return result.ok ? null : result.error.reason;
}

/** Nothing changes if it is off already. */
async function turnOff(c: PageContext, deps: Deps, kind: "email_otp" | "sms_otp"): Promise<Reason | null> {
  const { session, caller } = c.var;
  const { factors } = await listFactors(deps, session);
  const id = factors.find((factor) => factor.kind === kind)?.id;
  if (id === undefined) return null;
  const result = await removeFactor(deps, { session, id, caller });
  return result.ok || result.error.reason === "not_found" ? null : result.error.reason;
}
