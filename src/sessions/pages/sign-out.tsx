import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import {
  accessCookie,
  clearDeviceCookie,
  clearSessionCookies,
  refreshCookie,
} from "../../http/session-cookies.ts";
import { CheckboxField, Form } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { withReturnTarget } from "../../ui/return-target.ts";
import { type SignOutDeps, signOut } from "../sign-out.ts";

type Deps = SignOutDeps & { readonly settings: { readonly publicUrl: string } };

type Data = {
  /** The link for users who stay signed in. */
  readonly back: string;
  /** The app that sent the user here. */
  readonly app: URL | null;
  readonly isSignedOut: boolean;
};

/**
 * The sign-out button of every page posts here. On GET, or when the form's CSRF token has expired, the page asks for
 * confirmation. An app names itself by an allowed return URL (`returnTo`). The page links to the app's origin,
 * because the return URL itself expects an authorization code.
 */
export const signOutPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-out",
  access: "everybody",
  title: (t, { app, isSignedOut }) => (app && isSignedOut ? t.signOut.done : t.signOut.title),
  load: (c) => {
    const returnTo = c.var.returnTarget?.returnTo;
    const target = returnTo === undefined ? null : new URL(returnTo);
    const app = target?.origin === depsOf(c).settings.publicUrl ? null : target;
    const isSignedOut = (accessCookie(c) ?? refreshCookie(c)) === undefined;
    return { back: app?.origin ?? returnTo ?? "/account", app, isSignedOut };
  },
  view: (p, { back, app, isSignedOut }) =>
    app && isSignedOut ? (
      <p>
        <a class="button main" href={back}>
          {fill(p.t.signOut.backTo, { app: app.host })}
        </a>
      </p>
    ) : (
      <>
        <p class="lead">{p.t.signOut.lead}</p>
        <Form p={p}>
          <CheckboxField name="forgetDevice" label={p.t.signOut.forget} />
          <button type="submit" class="main">
            {p.t.signOut.submit}
          </button>
        </Form>
        <p class="aside">
          <a href={back}>{p.t.signOut.stay}</a>
        </p>
      </>
    ),
  submit: async (c, form, { app }) => {
    const forgetsDevice = form.text("forgetDevice") !== "";
    if (forgetsDevice) clearDeviceCookie(c);
    const tokens = [
      ["access", accessCookie(c)],
      ["refresh", refreshCookie(c)],
    ] as const;
    clearSessionCookies(c);
    for (const [kind, token] of tokens) {
      if (token === undefined) continue;
      if ((await signOut(depsOf(c), { kind, token, forgetsDevice, caller: c.var.caller })).ok) break;
    }
    return app
      ? redirectWithFlash(c, withReturnTarget("/sign-out", c.var.returnTarget ?? null))
      : redirectWithFlash(c, "/sign-in", "signedOut");
  },
});
