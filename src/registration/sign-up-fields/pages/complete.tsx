import type { DepsOf } from "../../../http/context.ts";
import { isAuthorizationPath } from "../../../oauth/authorization/interaction.ts";
import { CONTINUE_PATH } from "../../../oauth/authorization/sealed-redirect.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageContext } from "../../../ui/page.ts";
import { invalid } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { type ReturnTarget, readReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { type AnswerFieldsDeps, answerFields } from "../answer-fields.ts";
import { type ReadAnswersDeps, readAnswers } from "../read-answers.ts";
import type { SignUpField } from "../sign-up-field.ts";
import { AnswerInputs } from "./answer-inputs.tsx";
import { answerFormProblems, readAnswerForm } from "./read-answer-form.ts";

type Deps = ReadAnswersDeps & AnswerFieldsDeps & { readonly settings: { readonly publicUrl: string } };

type Data = { readonly missing: readonly SignUpField[]; readonly returnTarget: ReturnTarget | null };

/**
 * Asks for required answers that the account does not have: it was created by another sign-in method, or what the user
 * accepted has a new version. The pages lead here after each sign-in, with a return target. With nothing missing that
 * target follows at once.
 */
export const completePage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/account/complete",
  access: "signed_in",
  // The answers come before the enrolment of a second factor.
  allows: ["enrol_second_factor"],
  title: (t) => t.complete.title,
  load: async (c) => {
    const deps = depsOf(c);
    const { missing } = await readAnswers(deps, c.var.session.account.id);
    const returnTarget = readReturnTarget(new URL(c.req.url).searchParams, deps.settings);
    return missing.length === 0 && returnTarget !== null
      ? redirectToTarget(c, returnTarget)
      : { missing, returnTarget };
  },
  view: (p, { missing }) =>
    missing.length === 0 ? (
      <>
        <p class="lead">{p.t.complete.nothing}</p>
        <a class="button main" href="/account">
          {p.t.continue}
        </a>
      </>
    ) : (
      <>
        <p class="lead">{p.t.complete.lead}</p>
        <Form p={p}>
          <AnswerInputs p={p} fields={missing} />
          <button type="submit" class="main">
            {p.t.continue}
          </button>
        </Form>
        <p class="aside">
          <a href="/sign-out">{p.t.nav.signOut}</a>
        </p>
      </>
    ),
  submit: async (c, form, { missing: fields, returnTarget }) => {
    const accountId = c.var.session.account.id;
    const given = readAnswerForm(form, fields);
    const result = await answerFields(depsOf(c), { accountId, fields, given, caller: c.var.caller });
    return result.ok
      ? redirectToTarget(c, returnTarget ?? "/account")
      : invalid(answerFormProblems(wordsOf(c), result.error.problems));
  },
});

/** A browser applies `form-action` to the redirects after a form, and the request of a client may lead to the client. */
const redirectToTarget = (c: PageContext, target: ReturnTarget): Response =>
  redirectWithFlash(
    c,
    target !== null && isAuthorizationPath(target) ? withReturnTarget(CONTINUE_PATH, target) : target,
  );
