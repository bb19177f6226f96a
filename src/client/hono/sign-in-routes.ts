import { type Context, type Env, Hono } from "hono";
import { callService } from "../call-service.ts";
import { type AppOf, type OpenApp, openApp } from "./app.ts";
import { clientOf, isFromOwnPage } from "./caller.ts";
import { writePendingCookies } from "./cookie.ts";
import { refuse } from "./error-response.ts";
import { isTokenResponse } from "./is-token-response.ts";
import { challengeOf, newSecret } from "./pkce.ts";
import { plainPage } from "./plain-page.ts";
import { safePath } from "./safe-path.ts";
import { throwIfMisconfigured } from "./throw-if-misconfigured.ts";

const CALLBACK = "/signed-in";

/**
 * Routes for an app on its own origin whose users sign in on Gatehouse's pages. `GET /sign-in?to=/path` redirects
 * there; `GET /signed-in` is the callback, which stores the session in cookies of this app; `POST /sign-out`, sent by
 * a form of this app, ends that session and redirects to Gatehouse's sign-out page.
 * Add `<this origin>/signed-in` to Gatehouse's ALLOWED_RETURN_URLS.
 */
export function signInRoutes<E extends Env>(appOf: AppOf<E>): Hono {
  return new Hono()
    .get("/sign-in", (c) => startRedirect(c, openApp(c, appOf)))
    .get(CALLBACK, (c) => handleCallback(c, openApp(c, appOf)))
    .post("/sign-out", (c) => (isFromOwnPage(c) ? signOut(c, openApp(c, appOf)) : refuse(c, "csrf_failed")));
}

async function startRedirect(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  const verifier = newSecret();
  const state = newSecret();
  cookies.attempts.begin({ state, verifier, to: safePath(c, c.req.query("to"), app.home) });
  writePendingCookies(c);
  const url = new URL("/sign-in", app.pages);
  url.searchParams.set("returnTo", new URL(CALLBACK, c.req.url).href);
  url.searchParams.set("codeChallenge", await challengeOf(verifier));
  url.searchParams.set("state", state);
  return redirectPrivately(c, url.href);
}

async function handleCallback(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  hideUrl(c);
  const { code, state = "" } = c.req.query();
  const attempt = cookies.attempts.find(state);
  if (!attempt || !code) return startAgain(c, 400, app.home);
  const exchange = {
    code,
    codeVerifier: attempt.verifier,
    client: clientOf(c),
    audience: app.audience,
  };
  const exchanged = await callService(() => app.binding.exchangeCode(exchange), isTokenResponse);
  if (!exchanged.ok) {
    // The attempt is kept: reloading this URL can still complete the sign-in.
    if (exchanged.reason === "unavailable") return refuse(c, "unavailable");
    throwIfMisconfigured(exchanged.reason);
  }
  cookies.attempts.end(state);
  if (exchanged.ok) cookies.set(exchanged);
  writePendingCookies(c);
  // Checked again: a cookie is client input.
  const to = safePath(c, attempt.to, app.home);
  return exchanged.ok ? redirectPrivately(c, to) : startAgain(c, statusOf(exchanged.reason), to);
}

async function signOut(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  const refreshToken = cookies.refresh.read();
  // Without a refresh token, the session lasts only for the minutes of its access token.
  if (refreshToken !== undefined) {
    const ended = await callService(
      () => app.binding.signOut({ refreshToken, client: clientOf(c) }),
      () => true,
    );
    if (!ended.ok && ended.reason !== "refresh_invalid") {
      throwIfMisconfigured(ended.reason);
      // The cookies stay: deleting them would look like a sign-out while the session is still live.
      return refuse(c, "unavailable");
    }
  }
  cookies.clear();
  writePendingCookies(c);
  c.header("Cache-Control", "no-store");
  // The browser's session at Gatehouse would sign the user in again at once, so the user decides there whether to end
  // it. The allowed return URL identifies the app.
  const url = new URL("/sign-out", app.pages);
  url.searchParams.set("returnTo", new URL(CALLBACK, c.req.url).href);
  return c.redirect(url.href, 303);
}

/** Keeps this URL, which contains a code, out of the Referer header and out of caches. */
function hideUrl(c: Context): void {
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
}

function redirectPrivately(c: Context, to: string): Response {
  hideUrl(c);
  return c.redirect(to, 302);
}

const statusOf = (reason: string): 400 | 403 =>
  reason === "account_deactivated" || reason === "email_not_verified" ? 403 : 400;

/** Gives no reason: a user who followed an attacker's link must learn nothing. */
const startAgain = (c: Context, status: 400 | 403, to: string) =>
  plainPage(c, status, "Sign-in failed. It may have taken too long.", {
    to: `/sign-in?to=${encodeURIComponent(to)}`,
    label: "Sign in again",
  });
