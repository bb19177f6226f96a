import { parseEmailAddress } from "../../../core/email-address.ts";
import { isLocale } from "../../../core/locale.ts";
import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { isTopLevelNavigation } from "../../../http/is-top-level-navigation.ts";
import { clearSessionCookies } from "../../../http/session-cookies.ts";
import type { Page, PageContext } from "../../../ui/page.ts";
import { addressCookie, languageCookie } from "../../../ui/page-cookies.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { searchOf } from "../../../ui/render-page.tsx";
import { type PageSessionDeps, RESTRICTED_PAGES } from "../../../ui/require-page-session.ts";
import { withReturnTarget } from "../../../ui/return-target.ts";
import { Person } from "../../../ui/settings-rows.tsx";
import { OAUTH_PATHS } from "../../endpoints.ts";
import type { ValidRequest } from "../authorization-request.ts";
import { type AccountChoice, type AuthorizeDeps, authorize } from "../authorize.ts";
import { browserSession } from "./browser-session.ts";
import { leaveToClient } from "./leave-to-client.ts";
import { refuseEmbedded, refuseRequest } from "./refuse-request.tsx";

type Deps = AuthorizeDeps & PageSessionDeps;

/**
 * GET /oauth/authorize. It redirects: to the client, to the sign-in page or to the consent page. As a page it shows the
 * choice of `prompt=select_account`.
 */
export const authorizePage = (depsOf: DepsOf<Deps>): Page<AccountChoice> => ({
  path: OAUTH_PATHS.authorize,
  access: "everybody",
  title: (t) => t.chooseAccount.title,
  load: async (c) => {
    const deps = depsOf(c);
    const outcome = await authorize(deps, {
      query: searchOf(c).slice(1),
      browser: await browserSession(c, deps),
      isNavigation: c.req.method !== "HEAD" && isTopLevelNavigation(c),
      caller: c.var.caller,
    });
    switch (outcome.kind) {
      case "invalid":
        return refuseRequest(c, outcome.error);
      case "not_a_navigation":
        return refuseEmbedded(c);
      case "redirect":
        return leaveToClient(c, deps, outcome, null);
      case "sign_in":
        prepareSignIn(c, outcome.request);
        // Without a session that counts here, the sign-in page must not find one.
        if (outcome.hasNoSession || !requiresSession(outcome.returnPath)) clearSessionCookies(c);
        return redirectWithFlash(c, signInPath(outcome.returnPath));
      case "restricted":
        // A redirect within this service: `form-action` applies to those that lead to a client.
        return c.redirect(withReturnTarget(RESTRICTED_PAGES[outcome.restriction], outcome.returnPath), 303);
      case "consent":
        applyLocale(c, outcome.request);
        return redirectWithFlash(c, `/oauth/consent${searchOf(c)}`);
      case "step_up":
        applyLocale(c, outcome.request);
        return redirectWithFlash(c, stepUpPath(outcome.acr, outcome.returnPath));
      case "choose_account":
        prepareSignIn(c, outcome.request);
        return outcome;
    }
  },
  view: (p, { account, continuePath, returnPath, request }) => (
    <>
      <p class="lead">{fill(p.t.chooseAccount.lead, { client: request.client.name })}</p>
      <Person of={account} />
      <p>
        <a class="button main" href={continuePath}>
          {fill(p.t.chooseAccount.continueAs, { address: account.email })}
        </a>
      </p>
      <p class="aside">
        <a href={signInPath(returnPath)}>{p.t.chooseAccount.another}</a>
      </p>
    </>
  ),
});

const stepUpPath = (acr: string, returnPath: string): string =>
  `${withReturnTarget("/account/confirm", returnPath)}&acr=${encodeURIComponent(acr)}`;

const signInPath = (returnPath: string): string => withReturnTarget("/sign-in", returnPath);

/** With an interaction the sign-in page asks even though there is a session, which the new one then replaces. */
const requiresSession = (returnPath: string): boolean => returnPath.includes("&interaction=");

/** The form starts with the address of the hint. */
function prepareSignIn(c: PageContext, request: ValidRequest): void {
  applyLocale(c, request);
  const hint = parseEmailAddress(request.loginHint ?? "");
  if (hint.ok) addressCookie.write(c, hint.value.address);
}

/** A language that the user has chosen here takes precedence over that of the client. */
function applyLocale(c: PageContext, { uiLocales }: ValidRequest): void {
  const locale = uiLocales.map((tag) => tag.split("-")[0]?.toLowerCase()).find(isLocale);
  if (locale !== undefined && languageCookie.read(c) === undefined) languageCookie.write(c, locale);
}
