import { raw } from "hono/html";
import type { DepsOf } from "../../../../http/context.ts";
import { CodeField } from "../../../../ui/code-field.tsx";
import { formFailure } from "../../../../ui/form-error.ts";
import { Field, Form } from "../../../../ui/form-fields.tsx";
import type { Page, PageContext, PageProps } from "../../../../ui/page.ts";
import { invalid, readFields } from "../../../../ui/read-fields.ts";
import type { Form as Posted } from "../../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../../ui/redirect-with-flash.ts";
import { searchOf, wordsOf } from "../../../../ui/render-page.tsx";
import { codeField } from "../../../one-time-codes/fields.ts";
import { factorErrors } from "../../factor-errors.ts";
import { MAX_LABEL_LENGTH, optionalLabelField } from "../../factors/fields.ts";
import { type ListFactorsDeps, listFactors } from "../../list-factors.ts";
import { requireEnrolment } from "../../pages/require-enrolment.ts";
import { backToTwoStep, pageAfterEnrolment, TWO_STEP_PAGE } from "../../pages/two-step-data.ts";
import {
  type OfferedAuthenticator,
  offerAgain,
  type StartTotpEnrolmentDeps,
  startTotpEnrolment,
} from "../start-totp-enrolment.ts";
import { type VerifyTotpEnrolmentDeps, verifyTotpEnrolment } from "../verify-totp-enrolment.ts";

type Deps = StartTotpEnrolmentDeps &
  VerifyTotpEnrolmentDeps &
  ListFactorsDeps & { readonly settings: { readonly publicUrl: string } };

/** Adds an authenticator app: the QR code and its text, and the field for the first code. */
export const authenticatorPage = (depsOf: DepsOf<Deps>): Page<OfferedAuthenticator> => ({
  path: "/account/two-step/authenticator",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.twoStep.addAuthenticator,
  back: backToTwoStep,
  load: async (c, posted) => {
    const deps = depsOf(c);
    return requireEnrolment(c, deps) ?? offerFor(c, deps, posted);
  },
  view: (p, offered) => (
    <section class="card">
      <h2>{p.t.twoStep.scan}</h2>
      <p class="faint">{p.t.twoStep.scanHint}</p>
      <div class="qr" role="img" aria-label={p.t.twoStep.qrCode}>
        {raw(offered.qrSvg)}
      </div>
      <SecretText p={p} secret={offered.secret} />
      <h2>{p.t.twoStep.enterCode}</h2>
      <Form p={p}>
        <input type="hidden" name="enrolmentToken" value={offered.enrolmentToken} />
        <CodeField p={p} />
        <Field
          p={p}
          name="factorLabel"
          autocomplete="off"
          maxlength={MAX_LABEL_LENGTH}
          optional
          hint={p.t.twoStep.labelHint}
        />
        <button type="submit" class="main">
          {p.t.twoStep.add}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form, { enrolmentToken }) => {
    const deps = depsOf(c);
    const t = wordsOf(c);
    const read = readFields(t, form, { code: codeField, factorLabel: optionalLabelField });
    if ("refusal" in read) return read.refusal;
    const { code, factorLabel = null } = read.values;
    const { session, caller } = c.var;
    const input = { session, enrolmentToken, code, label: factorLabel, caller };
    const result = await verifyTotpEnrolment(deps, input);
    if (result.ok) return leave(c, deps);
    const { reason } = result.error;
    if (reason === "code_incorrect") return invalid({ code: t.twoStep.codeWrong });
    if (reason === "token_invalid") return redirectWithFlash(c, c.req.path, "staleForm");
    const sentence = reason === "too_many_factors" ? t.twoStep.tooMany : undefined;
    return formFailure(c, factorErrors[reason], undefined, sentence);
  },
});

/** A form that is shown again keeps its secret: the user has scanned it. */
async function offerFor(
  c: PageContext,
  deps: Deps,
  posted: Posted | null,
): Promise<OfferedAuthenticator | Response> {
  const { session } = c.var;
  if (posted) {
    const token = posted.text("enrolmentToken");
    return (await offerAgain(deps, { session, token })) ?? redirectWithFlash(c, c.req.path, "staleForm");
  }
  const started = await startTotpEnrolment(deps, { session });
  return started.ok ? started.value : redirectWithFlash(c, TWO_STEP_PAGE);
}

/** The page of the recovery codes follows, if the account has none. */
async function leave(c: PageContext, deps: Deps): Promise<Response> {
  const { recoveryCodesLeft, allowed } = await listFactors(deps, c.var.session);
  const needsCodes = recoveryCodesLeft === 0 && allowed.includes("recovery_code");
  const next = needsCodes ? `${TWO_STEP_PAGE}/recovery-codes${searchOf(c)}` : pageAfterEnrolment(c, deps);
  return redirectWithFlash(c, next, "authenticatorAdded");
}

/** The secret for users who cannot scan the QR code. A script adds a button that copies it. */
const SecretText = ({ p, secret }: { readonly p: PageProps; readonly secret: string }) => (
  <div class="field">
    <div class="label">
      <label for="secret">{p.t.twoStep.secret}</label>
    </div>
    <textarea
      id="secret"
      class="key"
      rows={2}
      readonly
      spellcheck={false}
      autocomplete="off"
      data-copy={p.t.keys.copy}
      data-copied={p.t.keys.copied}
    >
      {secret.replace(/.{4}(?=.)/g, "$& ")}
    </textarea>
  </div>
);
