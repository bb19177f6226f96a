import {
  needsPassword,
  type ReauthenticateByFormDeps,
  reauthenticateByForm,
} from "../../../authentication/reauthentication/pages/reauthenticate-by-form.ts";
import { isRecentlyAuthenticated } from "../../../authentication/reauthentication/rules.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { FormFailure, PageContext, PageProps } from "../../../ui/page.ts";
import type { Form as Posted } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";

export type ConfirmChangeDeps = ReauthenticateByFormDeps;

/** Whether the user must confirm before the forms are shown. Null: not now. */
export type RequiredConfirmation = { readonly hasPassword: boolean } | null;

/** Changes of clients need a recent authentication, as at the API (`requireRecentAuthentication`). */
export async function requiredConfirmation(
  c: PageContext,
  deps: ConfirmChangeDeps,
): Promise<RequiredConfirmation> {
  if (isRecentlyAuthenticated(c.var.session, deps.clock.now())) return null;
  return { hasPassword: await needsPassword(c, deps) };
}

type Props = { readonly p: PageProps; readonly hasPassword: boolean };

/** In place of the forms: what the user enters there would be lost. */
export const ConfirmChange = ({ p, hasPassword }: Props) => (
  <section class="card">
    <p class="lead">{p.t.applications.confirmLead}</p>
    <Form p={p} act="confirm">
      {hasPassword && <PasswordField p={p} name="password" />}
      <button type="submit" class="main">
        {p.t.continue}
      </button>
    </Form>
  </section>
);

/**
 * Handles a form of a page while the user has not authenticated recently: the confirmation, which leads back to the page.
 * Null for a user who may change clients.
 */
export async function confirmBeforeChange(
  c: PageContext,
  deps: ConfirmChangeDeps,
  form: Posted,
): Promise<Response | FormFailure | null> {
  if (isRecentlyAuthenticated(c.var.session, deps.clock.now())) return null;
  if (form.text("act") !== "confirm") return formFailure(c, "reauthentication_required");
  const confirmed = await reauthenticateByForm(c, deps, form);
  return "session" in confirmed ? redirectWithFlash(c, c.req.path, "confirmed") : confirmed;
}
