import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form } from "../../../ui/form-fields.tsx";
import type { FormFailure, Page, PageContext } from "../../../ui/page.ts";
import { readFields } from "../../../ui/read-fields.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { redirectToConfirmation } from "../../reauthentication/pages/require-confirmation.ts";
import type { FactorSummary } from "../factor.ts";
import { factorErrors } from "../factor-errors.ts";
import { MAX_LABEL_LENGTH, optionalLabelField } from "../factors/fields.ts";
import { type ListFactorsDeps, listFactors } from "../list-factors.ts";
import { type RemoveFactorDeps, removeFactor } from "../remove-factor.ts";
import { type RenameFactorDeps, renameFactor } from "../rename-factor.ts";
import { factorName } from "./factor-name.ts";
import { FactorUse } from "./factor-rows.tsx";
import { backToTwoStep, isSecond, TWO_STEP_PAGE } from "./two-step-data.ts";

type Deps = ListFactorsDeps & RenameFactorDeps & RemoveFactorDeps;
type Data = { readonly factor: FactorSummary; readonly isLast: boolean };

/** Renames and removes one authenticator of the user. */
export const factorPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/account/two-step/factors/:id",
  access: "signed_in",
  title: (t, { factor }) => factorName(t, factor),
  back: backToTwoStep,
  load: async (c) => {
    const { factors } = await listFactors(depsOf(c), c.var.session);
    const factor = factors.find(({ id, kind }) => id === c.req.param("id") && kind === "totp");
    return factor ? { factor, isLast: factors.filter(isSecond).length === 1 } : refuse(c, "not_found");
  },
  view: (p, { factor, isLast }) => (
    <>
      <p class="faint">
        <FactorUse p={p} factor={factor} />
      </p>
      <section class="card">
        <Form p={p} act="rename">
          <Field
            p={p}
            name="factorLabel"
            value={factor.label}
            autocomplete="off"
            maxlength={MAX_LABEL_LENGTH}
            optional
            hint={p.t.twoStep.labelHint}
          />
          <button type="submit">{p.t.save}</button>
        </Form>
      </section>
      <section class="card">
        <h2>{p.t.twoStep.removeTitle}</h2>
        <p>{p.t.twoStep.removeLead}</p>
        {isLast && <p>{p.t.twoStep.removeLast}</p>}
        <Form p={p} act="remove" confirm={fill(p.t.twoStep.removeConfirm, { name: factorName(p.t, factor) })}>
          <button type="submit" class="bad">
            {p.t.twoStep.remove}
          </button>
        </Form>
      </section>
    </>
  ),
  submit: (c, form, { factor: { id } }) =>
    form.text("act") === "remove" ? remove(c, depsOf(c), id) : rename(c, depsOf(c), form, id),
});

async function rename(c: PageContext, deps: Deps, form: Posted, id: string): Promise<Response | FormFailure> {
  const read = readFields(wordsOf(c), form, { factorLabel: optionalLabelField });
  if ("refusal" in read) return read.refusal;
  const { session, caller } = c.var;
  const { factorLabel: label = null } = read.values;
  const result = await renameFactor(deps, { session, id, label, caller });
  return result.ok
    ? redirectWithFlash(c, TWO_STEP_PAGE, "saved")
    : formFailure(c, factorErrors[result.error.reason]);
}

async function remove(c: PageContext, deps: Deps, id: string): Promise<Response | FormFailure> {
  const { session, caller } = c.var;
  const result = await removeFactor(deps, { session, id, caller });
  if (result.ok) return redirectWithFlash(c, TWO_STEP_PAGE, "factorRemoved");
  const { reason } = result.error;
  if (reason === "reauthentication_required") return redirectToConfirmation(c, deps);
  const sentence = reason === "last_second_factor" ? wordsOf(c).twoStep.lastOne : undefined;
  return formFailure(c, factorErrors[reason], undefined, sentence);
}
