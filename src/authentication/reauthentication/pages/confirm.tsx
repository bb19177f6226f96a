import type { Account } from "../../../accounts/account.ts";
import { type ReadSignInMethodsDeps, readSignInMethods } from "../../../accounts/read-sign-in-methods.ts";
import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { CodeForm, ResendForm } from "../../../ui/code-field.tsx";
import { DevMailboxLink } from "../../../ui/dev-mailbox-link.tsx";
import { formFailure } from "../../../ui/form-error.ts";
import { Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { FormFailure, Page, PageContext } from "../../../ui/page.ts";
import { invalid, readFields } from "../../../ui/read-fields.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import { codeField } from "../../one-time-codes/fields.ts";
import { reauthenticationCodeErrors } from "../errors.ts";
import type { ReauthenticateSessionDeps } from "../reauthenticate-session.ts";
import {
  type VerifyReauthenticationCodeDeps,
  verifyReauthenticationCode,
} from "../verify-reauthentication-code.ts";
import {
  CONFIRMATION_PAGE,
  type Confirmation,
  clearConfirmation,
  readConfirmation,
  writeConfirmation,
} from "./confirmation-cookie.ts";
import { submitCredentials } from "./reauthenticate-by-form.ts";

type Deps = ReauthenticateSessionDeps & VerifyReauthenticationCodeDeps & ReadSignInMethodsDeps;
type Data = { readonly confirmation: Confirmation; readonly account: Account; readonly hasPassword: boolean };

/** Confirms the user before a sensitive change: by the password, then by the mailed code of the second factor. */
export const confirmPage = (depsOf: DepsOf<Deps>): Page<Data, Confirmation> => ({
  path: "/account/confirm",
  access: "signed_in",
  allows: ["enrol_second_factor"],
  title: (t) => t.confirm.title,
  back: backToAccount,
  load: readConfirmation,
  loadData: async (c, confirmation) => {
    const { account } = c.var.session;
    const { hasPassword } = await readSignInMethods(depsOf(c), { accountId: account.id });
    return { confirmation, account, hasPassword };
  },
  view: (p, { confirmation, account, hasPassword }) => (
    <section class="card">
      {confirmation.challengeId === "" ? (
        <>
          <p class="lead">{hasPassword ? p.t.confirm.lead : p.t.confirm.leadWithoutPassword}</p>
          <Form p={p}>
            {hasPassword && <PasswordField p={p} name="password" first />}
            <button type="submit" class="main">
              {p.t.confirm.submit}
            </button>
          </Form>
        </>
      ) : (
        <>
          <p class="lead">{fill(p.t.code.leadTo, { address: account.email })}</p>
          <CodeForm p={p} />
          <DevMailboxLink p={p} />
          <ResendForm p={p} sentAt={confirmation.sentAt} nothing={p.t.code.nothing} />
        </>
      )}
    </section>
  ),
  submit: async (c, form, confirmation) => {
    const deps = depsOf(c);
    if (form.text("act") === "resend") {
      // Another code takes the password again, since the request that mails one checks it.
      writeConfirmation(c, { ...confirmation, challengeId: "" }, deps.clock);
      return redirectWithFlash(c, CONFIRMATION_PAGE);
    }
    return confirmation.challengeId === ""
      ? submitPassword(c, deps, form, confirmation)
      : submitCode(c, deps, form, confirmation);
  },
});

async function submitPassword(
  c: PageContext,
  deps: Deps,
  form: Posted,
  { page }: Confirmation,
): Promise<Response | FormFailure> {
  const result = await submitCredentials(c, deps, form);
  if (!result.ok) return result.error;
  if (result.value.kind === "reauthenticated") return leave(c, page);
  writeConfirmation(c, { page, challengeId: result.value.challengeId }, deps.clock);
  return redirectWithFlash(c, CONFIRMATION_PAGE);
}

async function submitCode(
  c: PageContext,
  deps: Deps,
  form: Posted,
  { page, challengeId }: Confirmation,
): Promise<Response | FormFailure> {
  const t = wordsOf(c);
  const read = readFields(t, form, { code: codeField });
  if ("refusal" in read) return read.refusal;
  const result = await verifyReauthenticationCode(deps, {
    session: c.var.session,
    challengeId,
    ...read.values,
  });
  if (result.ok) return leave(c, page);
  const { error } = result;
  return error.reason === "code_incorrect"
    ? invalid({ code: t.problems.codeWrong })
    : formFailure(c, reauthenticationCodeErrors[error.reason], error);
}

function leave(c: PageContext, page: string): Response {
  clearConfirmation(c);
  return redirectWithFlash(c, page, "confirmed");
}
