import { sessionOfCookies } from "../../../authentication/replaced-session.ts";
import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { isTopLevelNavigation } from "../../../http/is-top-level-navigation.ts";
import { accessCookie, clearSessionCookies, refreshCookie } from "../../../http/session-cookies.ts";
import { type SignOutDeps, signOut } from "../../../sessions/sign-out.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { Page, PageContext } from "../../../ui/page.ts";
import type { Form as PostedForm } from "../../../ui/read-form.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { type RenderPageDeps, searchOf } from "../../../ui/render-page.tsx";
import { leaveToClient } from "../../authorization/pages/leave-to-client.ts";
import { refuseRequest } from "../../authorization/pages/refuse-request.tsx";
import type { ClientRedirect } from "../../authorization/redirect-url.ts";
import { isRegisteredByOperator } from "../../clients/client.ts";
import { OAUTH_PATHS } from "../../endpoints.ts";
import { type CheckLogoutDeps, checkLogout } from "../check-logout.ts";

type Deps = CheckLogoutDeps & SignOutDeps & RenderPageDeps;

type Data = {
  /** The name of the client. */
  readonly client: string | null;
  /** Where the browser goes afterwards; null: it stays here. */
  readonly redirect: ClientRedirect | null;
  readonly isSignedOut: boolean;
};

/** The parameters of a logout request (OpenID Connect RP-Initiated Logout §2). */
const PARAMETERS = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/**
 * The end of the browser's session, at the request of a client. It asks, unless the client proves by an ID token that the
 * user has signed in to it from this session.
 */
export const logoutPage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: "/oauth/logout",
  access: "everybody",
  title: (t, { isSignedOut }) => (isSignedOut ? t.endSession.done : t.endSession.title),
  load: async (c, posted) => {
    // Of a client: a browser sends no Lax cookies with a form of another site, but sends them with the redirect.
    if (posted && posted.text("act") === "") return redirectWithFlash(c, pathOf(posted));
    const deps = depsOf(c);
    const cookies = { access: accessCookie(c), refresh: refreshCookie(c) };
    const sessionId = await sessionOfCookies(deps, cookies);
    const checked = await checkLogout(deps, { query: searchOf(c).slice(1), sessionId });
    if (checked.kind === "invalid") return refuseRequest(c, checked.error);
    const { client, url, isProven } = checked;
    // A prefetch must not sign out.
    const endsNow = isProven && c.req.method === "GET" && isTopLevelNavigation(c);
    if (endsNow) await endSessionOf(c, deps);
    const isSignedOut = endsNow || sessionId === null;
    const how = isProven || (client && isRegisteredByOperator(client)) ? "direct" : "manual";
    const redirect = url === null ? null : ({ kind: "redirect", url, how } as const);
    if (isSignedOut && redirect !== null && posted === null) return leaveToClient(c, deps, redirect, null);
    return { client: client?.name ?? null, redirect, isSignedOut };
  },
  view: (p, { client, isSignedOut }) =>
    isSignedOut ? (
      <p class="lead">{p.t.endSession.doneLead}</p>
    ) : (
      <>
        <p class="lead">
          {client === null ? p.t.endSession.leadWithoutClient : fill(p.t.endSession.lead, { client })}
        </p>
        <Form p={p} action={p.here} act="end">
          <button type="submit" class="main">
            {p.t.endSession.submit}
          </button>
        </Form>
        <p class="aside">
          <a href="/account">{p.t.endSession.stay}</a>
        </p>
      </>
    ),
  submit: async (c, _form, { redirect }) => {
    const deps = depsOf(c);
    await endSessionOf(c, deps);
    return redirect === null
      ? redirectWithFlash(c, OAUTH_PATHS.logout)
      : leaveToClient(c, deps, redirect, null);
  },
});

/** The same request by GET. */
function pathOf(posted: PostedForm): string {
  const query = new URLSearchParams();
  for (const name of PARAMETERS) {
    const value = posted.text(name);
    if (value !== "") query.set(name, value);
  }
  return `${OAUTH_PATHS.logout}?${query}`;
}

/** Ends the session of the cookies with its child sessions. */
async function endSessionOf(c: PageContext, deps: Deps): Promise<void> {
  const tokens = [
    ["refresh", refreshCookie(c)],
    ["access", accessCookie(c)],
  ] as const;
  clearSessionCookies(c);
  for (const [kind, token] of tokens) {
    if (token === undefined) continue;
    if ((await signOut(deps, { kind, token, caller: c.var.caller })).ok) return;
  }
}
