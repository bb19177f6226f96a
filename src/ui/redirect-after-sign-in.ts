import type { SignedIn } from "../authentication/sign-in-outcome.ts";
import { setSignInCookies } from "../authentication/token-response.ts";
import { parseEmailAddress, storedAddressKey } from "../core/email-address.ts";
import { typedAddress } from "../core/typed-text.ts";
import type { DepsOf } from "../http/context.ts";
import { accessCookie, refreshCookie } from "../http/session-cookies.ts";
import { isAuthorizationPath, requiresNewSignIn } from "../oauth/authorization/interaction.ts";
import { CONTINUE_PATH } from "../oauth/authorization/sealed-redirect.ts";
import type { CurrentSession } from "../sessions/session.ts";
import type { PageContext } from "./page.ts";
import { setPendingRedirectCookie } from "./pending-redirect-cookie.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import { type PageSessionDeps, pageSession } from "./require-page-session.ts";
import { withReturnTarget } from "./return-target.ts";

/** The page of missing answers to sign-up fields. */
export const COMPLETE_PATH = "/account/complete";

/** Sets the session cookies of a completed sign-in and redirects to the return target. */
export function redirectAfterSignIn(c: PageContext, signedIn: SignedIn): Response {
  setSignInCookies(c, signedIn);
  return redirectToTarget(c);
}

/**
 * Redirects a user who has a session to the return target; null means that the user has to sign in.
 * `typed`: the address in a form of a tab that was opened before the user signed in. With that of another
 * account the user is told whose session the browser has.
 */
export async function redirectIfSignedIn(
  c: PageContext,
  depsOf: DepsOf<PageSessionDeps>,
  typed?: string,
): Promise<Response | null> {
  if (c.req.method === "HEAD" || (accessCookie(c) ?? refreshCookie(c)) === undefined) return null;
  const { returnTarget } = c.var;
  if (returnTarget && requiresNewSignIn(returnTarget)) return null;
  const session = await pageSession(c, depsOf(c));
  return session && (redirectOtherAccount(c, session, typed) ?? redirectToTarget(c));
}

function redirectOtherAccount(c: PageContext, { account }: CurrentSession, typed = ""): Response | null {
  const parsed = parseEmailAddress(typedAddress(typed));
  return parsed.ok && parsed.value.key !== storedAddressKey(account.email)
    ? redirectWithFlash(c, "/account", "otherAccount")
    : null;
}

/**
 * Leads to the page of missing answers first, where a deployment has required sign-up fields. That page goes on at once
 * if nothing is missing. The return target is a path, so that it also works under another host name than that of
 * PUBLIC_URL.
 */
export function redirectToTarget(c: PageContext): Response {
  setPendingRedirectCookie(c, null);
  const { returnTarget } = c.var;
  if (c.var.asksForAnswers) {
    return redirectWithFlash(c, withReturnTarget(COMPLETE_PATH, returnTarget ?? "/account"));
  }
  if (!returnTarget) return redirectWithFlash(c, "/account");
  // The request may lead to a client at once, and a browser applies `form-action` to the redirects after a form.
  const isAfterForm = c.req.method === "POST" && isAuthorizationPath(returnTarget);
  return redirectWithFlash(c, isAfterForm ? withReturnTarget(CONTINUE_PATH, returnTarget) : returnTarget);
}
