import { type Context, type Env, Hono } from "hono";
import { exchangeCode } from "../../oauth/exchange-code.ts";
import type { OAuthFailure } from "../../oauth/oauth-failure.ts";
import { orFailure } from "../../oauth/oauth-failure.ts";
import { authorizationUrl, newSignInAttempt } from "../../oauth/sign-in-attempt.ts";
import { logoutUrl, revokeToken } from "../../oauth/sign-out.ts";
import { isFromOwnPage } from "../caller.ts";
import { writePendingCookies } from "../cookie.ts";
import { refuse } from "../error-response.ts";
import { plainPage } from "../plain-page.ts";
import { safePath } from "../safe-path.ts";
import { type AppOf, type OpenApp, openApp } from "./app.ts";
import { requireAcceptedToken } from "./find-session.ts";
import { receiveLogout } from "./receive-logout.ts";
import { requestHeaders } from "./request-headers.ts";
import { throwConfigurationError } from "./throw-configuration-error.ts";

const CALLBACK = "/signed-in";

/**
 * Routes for an app on its own origin whose users sign in at Gatehouse (OpenID Connect, code flow with PKCE).
 * `GET /sign-in?to=/path` redirects there; `GET /signed-in` is the redirect URI, which stores the session in cookies of
 * this app; `POST /sign-out`, sent by a form of this app, ends the session here and at Gatehouse;
 * `POST /back-channel-logout` receives the end of a session, if the app has a `logoutStore`.
 */
export function signInRoutes<E extends Env>(appOf: AppOf<E>): Hono {
  return new Hono()
    .get("/sign-in", (c) => startRedirect(c, openApp(c, appOf)))
    .get(CALLBACK, (c) => handleCallback(c, openApp(c, appOf)))
    .post("/sign-out", (c) => (isFromOwnPage(c) ? signOut(c, openApp(c, appOf)) : refuse(c, "csrf_failed")))
    .post("/back-channel-logout", (c) => receiveLogout(c, openApp(c, appOf)));
}

/** Anyone can write the link to this route: the client's own request holds well-formed values only. */
const ACR_VALUE = /^[\w.:/-]{1,100}$/;

const callbackUri = (c: Context): string => new URL(CALLBACK, c.req.url).href;

async function startRedirect(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  const { to, max_age, acr_values } = c.req.query();
  const maxAge = max_age !== undefined && /^\d{1,8}$/.test(max_age) ? Number(max_age) : undefined;
  const acrValues = acr_values?.split(" ").filter((value) => ACR_VALUE.test(value));
  const attempt = newSignInAttempt();
  const url = await orFailure(() => authorizationUrl(app, callbackUri(c), attempt, { maxAge, acrValues }));
  if (!(url instanceof URL)) return refuse(c, "unavailable");
  cookies.attempts.begin({ ...attempt, to: safePath(c, to, app.home), maxAge });
  writePendingCookies(c);
  return redirectPrivately(c, url.href);
}

async function handleCallback(c: Context, open: OpenApp): Promise<Response> {
  const { app, cookies } = open;
  hideUrl(c);
  const { state = "" } = c.req.query();
  const attempt = cookies.attempts.find(state);
  if (!attempt) return startAgain(c, app.home);
  const url = new URL(c.req.url);
  const { maxAge } = attempt;
  const callback = { url, redirectUri: callbackUri(c), attempt, maxAge, headers: requestHeaders(c) };
  const exchanged = await exchangeCode(app, callback);
  if (!exchanged.ok) {
    // The attempt is kept: reloading this URL can still complete the sign-in.
    if (exchanged.reason === "unavailable") return refuse(c, "unavailable");
    throwConfigurationError(exchanged);
  }
  if (exchanged.ok) await requireAcceptedToken(open, exchanged.accessToken);
  cookies.attempts.end(state);
  if (exchanged.ok) cookies.set(exchanged);
  writePendingCookies(c);
  // Checked again: a cookie is client input.
  const to = safePath(c, attempt.to, app.home);
  return exchanged.ok ? redirectPrivately(c, to) : startAgain(c, to, exchanged);
}

async function signOut(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  const refreshToken = cookies.refresh.read();
  const returnTo = new URL(app.afterSignOut, c.req.url).href;
  const idToken = cookies.id.read();
  // Revoked first: the user may cancel at Gatehouse, which also has no cookies of this app.
  const revoked = refreshToken === undefined ? { ok: true } : await revokeToken(app, refreshToken);
  const url = await orFailure(() => logoutUrl(app, { idToken, returnTo }));
  const failure = [revoked, url].find((result): result is OAuthFailure => isFailure(result));
  if (failure) {
    throwConfigurationError(failure);
    // The cookies stay: deleting them would look like a sign-out while the session is still live.
    if (failure.reason === "unavailable") return refuse(c, "unavailable");
  }
  cookies.clear();
  writePendingCookies(c);
  c.header("Cache-Control", "no-store");
  return c.redirect(url instanceof URL ? url.href : returnTo, 303);
}

const isFailure = (result: unknown): boolean =>
  typeof result === "object" && result !== null && "ok" in result && result.ok === false;

/** Keeps this URL, which contains a code, out of the Referer header and out of caches. */
function hideUrl(c: Context): void {
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
}

function redirectPrivately(c: Context, to: string): Response {
  hideUrl(c);
  return c.redirect(to, 302);
}

/** Names no reason but a cancelled sign-in: a user who followed an attacker's link must learn nothing. */
function startAgain(c: Context, to: string, failure?: OAuthFailure): Response | Promise<Response> {
  const isCancelled = failure?.reason === "refused" && failure.error === "access_denied";
  const sentence = isCancelled ? "Sign-in was cancelled." : "Sign-in failed. It may have taken too long.";
  return plainPage(c, isCancelled ? 403 : 400, sentence, {
    to: `/sign-in?to=${encodeURIComponent(to)}`,
    label: "Sign in again",
  });
}
