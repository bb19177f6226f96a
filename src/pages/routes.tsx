import { type Context, Hono } from "hono";
import { newPasswordField, passwordProblems } from "../accounts/fields.ts";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { findLiveLink } from "../one-time-links/find-live-link.ts";
import {
  PASSWORD_LINK_PURPOSES,
  type ResetPasswordDeps,
  resetPassword,
} from "../password-reset/reset-password.ts";
import { VERIFYING_PURPOSES, type VerifyEmailDeps, verifyEmail } from "../registration/verify-email.ts";
import { NotePage, ResetPage, VerifyPage } from "./link-pages.tsx";
import { readForm } from "./read-form.ts";
import { pageShower, type ShowPageDeps } from "./show-page.ts";

type Deps = VerifyEmailDeps & ResetPasswordDeps & ShowPageDeps;

/**
 * Where mailed links lead: the verbs of the API behind a button each, for people. They need no CSRF
 * token, because nothing here is done in the name of a cookie: whoever has the link may use it.
 */
export function pageRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const show = pageShower(depsOf);
  const showDeadLink = (c: Context) => {
    const text =
      "It has been used, it is too old, or a newer one has taken its place. Please ask for a new one.";
    return show(
      c,
      (shared) => <NotePage {...shared} title="This link does not work any more" text={text} />,
      400,
    );
  };

  return new Hono<HttpEnv>()
    .get("/verify-email", async (c) => {
      const token = c.req.query("token") ?? "";
      if (!(await findLiveLink(depsOf(c), token, VERIFYING_PURPOSES))) return showDeadLink(c);
      return show(c, (shared) => <VerifyPage {...shared} token={token} />);
    })
    .post("/verify-email", async (c) => {
      const form = await readForm(c.req.raw);
      const token = form?.get("token") ?? "";
      const result = await verifyEmail(depsOf(c), { token, caller: c.var.caller });
      if (!result.ok) return showDeadLink(c);
      const text = "Your email address is confirmed. You can sign in now.";
      return show(c, (shared) => <NotePage {...shared} title="Thank you" text={text} />);
    })
    .get("/reset-password", async (c) => {
      const token = c.req.query("token") ?? "";
      if (!(await findLiveLink(depsOf(c), token, PASSWORD_LINK_PURPOSES))) return showDeadLink(c);
      return show(c, (shared) => <ResetPage {...shared} token={token} problem={null} />);
    })
    .post("/reset-password", async (c) => {
      const form = await readForm(c.req.raw);
      const token = form?.get("token") ?? "";
      const ask = (problem: string) =>
        show(c, (shared) => <ResetPage {...shared} token={token} problem={problem} />, 400);
      const chosen = newPasswordField.safeParse(form?.get("newPassword") ?? "");
      if (!chosen.success) return ask(chosen.error.issues[0]?.message ?? passwordProblems.too_short);
      const input = { token, newPassword: chosen.data, caller: c.var.caller };
      const result = await resetPassword(depsOf(c), input);
      if (result.ok) {
        const text = "Your new password is set, and every session has ended. Please sign in with it.";
        return show(c, (shared) => <NotePage {...shared} title="Done" text={text} />);
      }
      const { error } = result;
      return error.reason === "password_refused" ? ask(passwordProblems[error.problem]) : showDeadLink(c);
    });
}
