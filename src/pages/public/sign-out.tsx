import type { DepsOf } from "../../http/context.ts";
import { accessCookie, clearSessionCookies, refreshCookie } from "../../http/session-cookies.ts";
import { type SignOutDeps, signOut } from "../../sessions/sign-out.ts";
import { Form } from "../fields.tsx";
import { go } from "../go.ts";
import type { Page } from "../page.ts";

/** The button of every page comes here; by GET, or when that page was too old, it asks once more. */
export const signOutPage = (depsOf: DepsOf<SignOutDeps>): Page<null> => ({
  path: "/sign-out",
  access: "everybody",
  title: (t) => t.signOut.title,
  load: () => null,
  view: (p) => (
    <>
      <p class="lead">{p.t.signOut.lead}</p>
      <Form p={p}>
        <button type="submit" class="main">
          {p.t.signOut.submit}
        </button>
      </Form>
    </>
  ),
  submit: async (c) => {
    const tokens = [
      ["access", accessCookie(c)],
      ["refresh", refreshCookie(c)],
    ] as const;
    clearSessionCookies(c);
    for (const [kind, token] of tokens) {
      if (token === undefined) continue;
      if ((await signOut(depsOf(c), { kind, token, caller: c.var.caller })).ok) break;
    }
    return go(c, "/sign-in", "signedOut");
  },
});
