import type { SignedIn } from "../authentication/sign-in-outcome.ts";
import { setSignInCookies } from "../authentication/token-response.ts";
import { parseEmailAddress, storedAddressKey } from "../core/email-address.ts";
import type { DepsOf } from "../http/context.ts";
import { isTopLevelNavigation } from "../http/is-top-level-navigation.ts";
import { refuse } from "../http/respond.ts";
import { accessCookie, refreshCookie } from "../http/session-cookies.ts";
import { requiresNewSignIn } from "../oauth/authorization/interaction.ts";
import { CONTINUE_PATH } from "../oauth/authorization/sealed-redirect.ts";
import { OAUTH_PATHS } from "../oauth/endpoints.ts";
import { type IssueCodeForSessionDeps, issueCodeForSession } from "../oauth/issue-code-for-session.ts";
import type { CurrentSession } from "../sessions/session.ts";
import type { PageContext } from "./page.ts";
import { setPendingRedirectCookie } from "./pending-redirect-cookie.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import { type PageSessionDeps, pageSession, refreshPage } from "./require-page-session.ts";
import { type ReturnTarget, withReturnTarget } from "./return-target.ts";
import { refuseNotANavigation } from "./return-target-pages.tsx";

/** The session to issue a code for, and the refresh token that proves its possession. */
type HeldSession = { readonly sessionId: string; readonly refreshToken: string };

/** Sets the session cookies of a completed sign-in and redirects to the return target. */
export async function redirectAfterSignIn(
  c: PageContext,
  deps: IssueCodeForSessionDeps,
  signedIn: SignedIn,
): Promise<Response> {
  setSignInCookies(c, signedIn);
  const { sessionId, tokens } = signedIn;
  const { returnTarget } = c.var;
  if (!isAppTarget(returnTarget)) return redirectToPage(c, returnTarget);
  const response = await redirectToApp(c, deps, returnTarget, {
    sessionId,
    refreshToken: tokens.refreshToken,
  });
  // The session ended in the meantime: the user has to sign in again.
  return response ?? redirectWithFlash(c, withReturnTarget("/sign-in", returnTarget));
}

export type RedirectIfSignedInDeps = IssueCodeForSessionDeps & PageSessionDeps;

/**
 * Redirects a user who has a session to the return target; null means that the user has to sign in. Issuing a code
 * rotates the refresh token of the cookie, so that a copied token is detected as reused (RFC 9700 §4.14.2).
 * `typedAddress`: the address in a form of a tab that was opened before the user signed in. With that of another
 * account the user is told whose session the browser has.
 */
export async function redirectIfSignedIn(
  c: PageContext,
  depsOf: DepsOf<RedirectIfSignedInDeps>,
  typedAddress?: string,
): Promise<Response | null> {
  if (c.req.method === "HEAD" || (accessCookie(c) ?? refreshCookie(c)) === undefined) return null;
  const { returnTarget } = c.var;
  const deps = depsOf(c);
  if (returnTarget && requiresNewSignIn(returnTarget.returnTo, deps.settings.publicUrl)) return null;
  if (!isAppTarget(returnTarget)) {
    const session = await pageSession(c, deps);
    return session && (redirectOtherAccount(c, session, typedAddress) ?? redirectToPage(c, returnTarget));
  }
  if (!isTopLevelNavigation(c)) return refuseNotANavigation(c);
  const refreshed = await refreshPage(c, deps);
  if (!refreshed) return null;
  const { session, tokens } = refreshed;
  const isOther = redirectOtherAccount(c, session, typedAddress);
  if (isOther) return isOther;
  return redirectToApp(c, deps, returnTarget, {
    sessionId: session.sessionId,
    refreshToken: tokens.refreshToken,
  });
}

function redirectOtherAccount(
  c: PageContext,
  { account }: CurrentSession,
  typedAddress = "",
): Response | null {
  const typed = parseEmailAddress(typedAddress);
  return typed.ok && typed.value.key !== storedAddressKey(account.email)
    ? redirectWithFlash(c, "/account", "otherAccount")
    : null;
}

type AppTarget = ReturnTarget & { readonly app: NonNullable<ReturnTarget["app"]> };

const isAppTarget = (returnTarget: ReturnTarget | null | undefined): returnTarget is AppTarget =>
  Boolean(returnTarget?.app);

function redirectToPage(c: PageContext, returnTarget: ReturnTarget | null | undefined): Response {
  setPendingRedirectCookie(c, null);
  if (!returnTarget) return redirectWithFlash(c, "/account");
  // The request may lead to a client at once, and a browser applies `form-action` to the redirects after a form.
  const isAfterForm =
    c.req.method === "POST" && new URL(returnTarget.returnTo).pathname === OAUTH_PATHS.authorize;
  return redirectWithFlash(
    c,
    isAfterForm ? withReturnTarget(CONTINUE_PATH, returnTarget) : returnTarget.returnTo,
  );
}

/** Redirects to an app on another origin with an authorization code. Null when the refresh token was not current. */
async function redirectToApp(
  c: PageContext,
  deps: IssueCodeForSessionDeps,
  { returnTo, app: { codeChallenge, state } }: AppTarget,
  session: HeldSession,
): Promise<Response | null> {
  const code = await issueCodeForSession(deps, { ...session, returnTo, codeChallenge });
  if (!code.ok) {
    const { error } = code;
    return error.reason === "not_held" ? null : refuse(c, "rate_limited", { retryAfter: error.retryAfter });
  }
  setPendingRedirectCookie(c, null);
  const url = new URL(returnTo);
  url.searchParams.set("code", code.value);
  if (state !== null) url.searchParams.set("state", state);
  return redirectWithFlash(c, url.href);
}
