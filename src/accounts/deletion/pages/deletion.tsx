import {
  needsPassword,
  type ReauthenticateByFormDeps,
  reauthenticateByForm,
} from "../../../authentication/reauthentication/pages/reauthenticate-by-form.ts";
import { requireConfirmation } from "../../../authentication/reauthentication/pages/require-confirmation.ts";
import { durationInWords } from "../../../core/duration-in-words.ts";
import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { clearSessionCookies } from "../../../http/session-cookies.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { FormFailure, Page, PageContext, PageProps } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { LocalTime } from "../../../ui/relative-time.tsx";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import type { Account } from "../../account.ts";
import { type CancelDeletionDeps, cancelDeletion } from "../cancel-deletion.ts";
import { deletionErrors } from "../errors.ts";
import { requestDeletion, type StartDeletionDeps } from "../request-deletion.ts";

type Deps = StartDeletionDeps & CancelDeletionDeps & ReauthenticateByFormDeps;

type Data = {
  readonly dueAt: number | null;
  /** Milliseconds from the request to the erasure. */
  readonly delay: number;
  /** Whether the request takes the password, since the user has not signed in recently. */
  readonly confirms: boolean;
};

/** Deletes the user's own account. While the deletion is pending it is the only page: keep the account, or sign out. */
export const deletionPage = (depsOf: DepsOf<Deps>): Page<Data, Account> => ({
  path: "/account/deletion",
  access: "signed_in",
  allows: ["deletion_pending"],
  title: (t, { dueAt }) => (dueAt === null ? t.deletion.title : t.deletion.pendingTitle),
  back: backToAccount,
  load: async (c) => {
    const { account } = c.var.session;
    if (account.deletionDueAt !== null) return account;
    return (await requireConfirmation(c, depsOf(c))) ?? account;
  },
  loadData: async (c, { deletionDueAt: dueAt }) => ({
    dueAt,
    delay: depsOf(c).settings.accountDeletionDelay,
    confirms: dueAt === null && (await needsPassword(c, depsOf(c))),
  }),
  view: (p, data) =>
    data.dueAt === null ? <Request p={p} {...data} /> : <Pending p={p} dueAt={data.dueAt} />,
  submit: (c, form, account) =>
    account.deletionDueAt === null ? request(c, depsOf(c), form) : keep(c, depsOf(c)),
});

function Request({ p, delay, confirms }: { p: PageProps } & Pick<Data, "delay" | "confirms">) {
  const t = p.t.deletion;
  return (
    <section class="card">
      <p class="lead">
        {delay === 0 ? t.leadAtOnce : fill(t.lead, { life: durationInWords(delay, p.locale) })}
      </p>
      <p>
        <a href="/account/export">{p.t.exportData.title}</a>
      </p>
      <Form p={p} confirm={t.confirm}>
        {confirms && <PasswordField p={p} name="password" />}
        <button type="submit" class="bad">
          {t.submit}
        </button>
      </Form>
    </section>
  );
}

function Pending({ p, dueAt }: { p: PageProps; dueAt: number }) {
  const t = p.t.deletion;
  return (
    <section class="card">
      <p class="lead">
        {t.pendingLead} <LocalTime p={p} at={dueAt} />.
      </p>
      <p>{t.pendingHint}</p>
      <Form p={p} act="keep">
        <button type="submit" class="main">
          {t.keep}
        </button>
      </Form>
      <Form p={p} action="/sign-out">
        <button type="submit">{p.t.signOut.submit}</button>
      </Form>
    </section>
  );
}

async function request(c: PageContext, deps: Deps, form: Posted): Promise<Response | FormFailure> {
  const reauthenticated = await reauthenticateByForm(c, deps, form);
  if (!("session" in reauthenticated)) return reauthenticated;
  const result = await requestDeletion(deps, { ...reauthenticated, caller: c.var.caller });
  if (!result.ok) return formFailure(c, deletionErrors[result.error.reason]);
  clearSessionCookies(c);
  return redirectWithFlash(c, "/sign-in", result.value.dueAt === null ? "accountDeleted" : "deletionStarted");
}

async function keep(c: PageContext, deps: Deps): Promise<Response | FormFailure> {
  const result = await cancelDeletion(deps, { session: c.var.session, caller: c.var.caller });
  return result.ok
    ? redirectWithFlash(c, "/account", "accountKept")
    : formFailure(c, deletionErrors[result.error.reason]);
}
