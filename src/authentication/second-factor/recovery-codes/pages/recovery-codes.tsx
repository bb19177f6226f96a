import { fill } from "../../../../core/text.ts";
import type { DepsOf } from "../../../../http/context.ts";
import { formFailure } from "../../../../ui/form-error.ts";
import { Form } from "../../../../ui/form-fields.tsx";
import type { Page } from "../../../../ui/page.ts";
import { redirectWithFlash } from "../../../../ui/redirect-with-flash.ts";
import type { RenderPageDeps } from "../../../../ui/render-page.tsx";
import { factorErrors } from "../../factor-errors.ts";
import { type ListFactorsDeps, listFactors } from "../../list-factors.ts";
import { requireEnrolment } from "../../pages/require-enrolment.ts";
import { backToTwoStep, pageAfterEnrolment, TWO_STEP_PAGE } from "../../pages/two-step-data.ts";
import { type CreateRecoveryCodesDeps, createRecoveryCodes } from "../create-recovery-codes.ts";
import { RECOVERY_CODE_COUNT } from "../recovery-code.ts";
import { showNewCodes } from "./new-codes.tsx";

type Deps = CreateRecoveryCodesDeps & ListFactorsDeps & RenderPageDeps;
type Data = { readonly left: number; readonly next: string };

/** Creates a set of recovery codes. The page follows the enrolment of a first factor, too. */
export const recoveryCodesPage = (depsOf: DepsOf<Deps>): Page<Data, null> => ({
  path: "/account/two-step/recovery-codes",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.recoveryCodes.title,
  back: backToTwoStep,
  load: (c) => requireEnrolment(c, depsOf(c)),
  loadData: async (c) => {
    const deps = depsOf(c);
    const { recoveryCodesLeft: left } = await listFactors(deps, c.var.session);
    return { left, next: pageAfterEnrolment(c, deps) };
  },
  view: (p, { left, next }) => (
    <section class="card">
      <p class="lead">{p.t.recoveryCodes.lead}</p>
      <p>{fill(p.t.recoveryCodes.howMany, { count: String(RECOVERY_CODE_COUNT) })}</p>
      {left > 0 && <p>{fill(p.t.recoveryCodes.replaces, { count: String(left) })}</p>}
      <Form p={p}>
        <button type="submit" class="main">
          {left === 0 ? p.t.recoveryCodes.create : p.t.recoveryCodes.replace}
        </button>
      </Form>
      <a class="button" href={next}>
        {p.t.recoveryCodes.notNow}
      </a>
    </section>
  ),
  submit: async (c) => {
    const deps = depsOf(c);
    const { session, caller } = c.var;
    const result = await createRecoveryCodes(deps, { session, caller });
    // The answer of the form itself shows the codes: a cookie or a URL would store them.
    if (result.ok) return showNewCodes(c, deps, result.value);
    const { reason } = result.error;
    if (reason === "no_second_factor") return redirectWithFlash(c, TWO_STEP_PAGE);
    return formFailure(c, factorErrors[reason]);
  },
});
