import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { Page, PageContext } from "../../../ui/page.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount, Row, Rows } from "../../../ui/settings-rows.tsx";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import { type EnableEmailOtpDeps, enableEmailOtp } from "../email-otp/enable-email-otp.ts";
import { factorErrors } from "../factor-errors.ts";
import { type ListFactorsDeps, listFactors } from "../list-factors.ts";
import type { SecondFactorSettings } from "../policy.ts";
import { RecoveryCodesLeft } from "../recovery-codes/pages/recovery-codes-left.tsx";
import { type RemoveFactorDeps, removeFactor } from "../remove-factor.ts";
import { EmailOtpSwitch } from "./email-otp-switch.tsx";
import { FactorRows } from "./factor-rows.tsx";
import { PolicyNotice } from "./policy-notice.tsx";
import { pageAfterEnrolment, TWO_STEP_PAGE, type TwoStepData } from "./two-step-data.ts";

type Deps = ListFactorsDeps &
  EnableEmailOtpDeps &
  RemoveFactorDeps & {
    readonly settings: { readonly secondFactor: SecondFactorSettings; readonly publicUrl: string };
  };

/** The second factors of the user. A restricted session is led here. */
export const twoStepPage = (depsOf: DepsOf<Deps>): Page<TwoStepData, null> => ({
  path: TWO_STEP_PAGE,
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
    };
  },
  view: (p, data) => (
    <>
      <p class="lead">{p.t.twoStep.lead}</p>
      <PolicyNotice p={p} data={data} />
      <FactorRows p={p} data={data} />
      <EmailOtpSwitch p={p} data={data} />
      <RecoveryCodesLeft p={p} data={data} />
      {!data.isRestricted && (
        <Rows title={p.t.twoStep.related}>
          <Row href="/account/passkeys" label={p.t.twoStep.passkeys}>
            {p.t.twoStep.passkeysHint}
          </Row>
          <Row href="/account/devices" label={p.t.devices.title}>
            {p.t.account.devicesHint}
          </Row>
        </Rows>
      )}
    </>
  ),
  submit: async (c, form) => {
    const deps = depsOf(c);
    const failed = form.text("act") === "email-on" ? await turnEmailOn(c, deps) : await turnEmailOff(c, deps);
    if (failed === null) return redirectWithFlash(c, pageAfterEnrolment(c, deps), "saved");
    if (failed === "reauthentication_required") return redirectToConfirmation(c, deps);
    const sentence = failed === "last_second_factor" ? wordsOf(c).twoStep.lastOne : undefined;
    return formFailure(c, factorErrors[failed], undefined, sentence);
  },
});

type Reason = keyof typeof factorErrors;

async function turnEmailOn(c: PageContext, deps: Deps): Promise<Reason | null> {
  const { session, caller } = c.var;
  const result = await enableEmailOtp(deps, { session, caller });
  return result.ok ? null : result.error.reason;
}

/** Nothing changes if it is off already. */
async function turnEmailOff(c: PageContext, deps: Deps): Promise<Reason | null> {
  const { session, caller } = c.var;
  const { factors } = await listFactors(deps, session);
  const id = factors.find(({ kind }) => kind === "email_otp")?.id;
  if (id === undefined) return null;
  const result = await removeFactor(deps, { session, id, caller });
  return result.ok || result.error.reason === "not_found" ? null : result.error.reason;
}
