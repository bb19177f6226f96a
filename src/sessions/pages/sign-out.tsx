import { fill } from "../../core/text.ts";
import type { DepsOf } from "../../http/context.ts";
import { accessCookie, clearSessionCookies, refreshCookie } from "../../http/session-cookies.ts";
import { Form } from "../../ui/form-fields.tsx";
import type { Page } from "../../ui/page.ts";
import { redirectWithFlash } from "../../ui/redirect-with-flash.ts";
import { withReturnTarget } from "../../ui/return-target.ts";
import { type SignOutDeps, signOut } from "../sign-out.ts";

type Deps = SignOutDeps & { readonly settings: { readonly publicUrl: string } };

type Data = {
  /** Where whoever stays goes on to. */
  readonly back: string;
  /** Which app sent them here. */
  readonly app: URL | null;
  readonly isOut: boolean;
};

/**
 * The button of every page comes here; by GET, or when that page was too old, it asks once more. An app names
 * itself by one of its listed addresses. The way back to it is its front page: what is listed takes codes,
 * and there is none.
 */
export const signOutPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/sign-out",
  access: "everybody",
  title: (t, { app, isOut }) => (app && isOut ? t.signOut.done : t.signOut.title),
  load: (c) => {
    const returnTo = c.var.returnTarget?.returnTo;
    const asked = returnTo === undefined ? null : new URL(returnTo);
    const app = asked?.origin === depsOf(c).settings.publicUrl ? null : asked;
    const isOut = (accessCookie(c) ?? refreshCookie(c)) === undefined;
    return { back: app?.origin ?? returnTo ?? "/account", app, isOut };
  },
  view: (p, { back, app, isOut }) =>
    app && isOut ? (
      <p>
        <a class="button main" href={back}>
          {fill(p.t.signOut.backTo, { app: app.host })}
        </a>
      </p>
    ) : (
      <>
        <p class="lead">{p.t.signOut.lead}</p>
        <Form p={p}>
          <button type="submit" class="main">
            {p.t.signOut.submit}
          </button>
        </Form>
        <p class="aside">
          <a href={back}>{p.t.signOut.stay}</a>
        </p>
      </>
    ),
  submit: async (c, _form, { app }) => {
    const tokens = [
      ["access", accessCookie(c)],
      ["refresh", refreshCookie(c)],
    ] as const;
    clearSessionCookies(c);
    for (const [kind, token] of tokens) {
      if (token === undefined) continue;
      if ((await signOut(depsOf(c), { kind, token, caller: c.var.caller })).ok) break;
    }
    return app
      ? redirectWithFlash(c, withReturnTarget("/sign-out", c.var.returnTarget ?? null))
      : redirectWithFlash(c, "/sign-in", "signedOut");
  },
});
