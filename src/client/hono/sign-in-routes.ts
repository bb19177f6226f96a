import { type Context, type Env, Hono } from "hono";
import { ask } from "../ask.ts";
import { type AppOf, type OpenApp, openApp } from "./app.ts";
import { areTokens } from "./are-tokens.ts";
import { clientOf, isFromOwnPage } from "./caller.ts";
import { giveCookies } from "./cookie.ts";
import { throwIfMisconfigured } from "./misconfigured.ts";
import { safePath } from "./own-path.ts";
import { challengeOf, newSecret } from "./pkce.ts";
import { plainPage } from "./plain-page.ts";
import { refuse } from "./refuse.ts";

const CALLBACK = "/signed-in";

/**
 * Signing in at Gatehouse's pages, for an app on an origin of its own. `GET /sign-in?to=/path` sends a browser
 * there; `GET /signed-in` takes it back and keeps its session in cookies of this app; `POST /sign-out`, from a
 * form of this app, ends that session and leads to the page where Gatehouse's own can be ended.
 * `<this origin>/signed-in` has to be in Gatehouse's ALLOWED_RETURN_URLS.
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
  cookies.journeys.begin({ state, verifier, to: safePath(c, c.req.query("to"), app.home) });
  giveCookies(c);
  const url = new URL("/sign-in", app.pages);
  url.searchParams.set("returnTo", new URL(CALLBACK, c.req.url).href);
  url.searchParams.set("codeChallenge", await challengeOf(verifier));
  url.searchParams.set("state", state);
  return onward(c, url.href);
}

async function handleCallback(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  hide(c);
  const { code, state = "" } = c.req.query();
  const journey = cookies.journeys.find(state);
  if (!journey || !code) return startAgain(c, 400, app.home);
  const exchange = {
    code,
    codeVerifier: journey.verifier,
    client: clientOf(c),
    audience: app.audience,
  };
  const exchanged = await ask(() => app.binding.exchangeCode(exchange), areTokens);
  if (!exchanged.ok) {
    // The way here is kept: the same address, opened again, may still lead in.
    if (exchanged.reason === "unavailable") return refuse(c, "unavailable");
    throwIfMisconfigured(exchanged.reason);
  }
  cookies.journeys.end(state);
  if (exchanged.ok) cookies.keep(exchanged);
  giveCookies(c);
  // Judged again: a cookie is what the browser says.
  const to = safePath(c, journey.to, app.home);
  return exchanged.ok ? onward(c, to) : startAgain(c, statusOf(exchanged.reason), to);
}

async function signOut(c: Context, { app, cookies }: OpenApp): Promise<Response> {
  const refreshToken = cookies.refresh.read();
  // Without a good one nothing here could go on with the session, but for the minutes of an access token.
  if (refreshToken !== undefined) {
    const ended = await ask(
      () => app.binding.signOut({ refreshToken, client: clientOf(c) }),
      () => true,
    );
    if (!ended.ok && ended.reason !== "refresh_invalid") {
      throwIfMisconfigured(ended.reason);
      // Cookies that are gone would look like a sign-out while the session lives on.
      return refuse(c, "unavailable");
    }
  }
  cookies.forget();
  giveCookies(c);
  c.header("Cache-Control", "no-store");
  // The browser's own session at the pages would sign it in again at once: that one is theirs to end, or to keep. The
  // listed address says which app they come from; the way back is to its front door.
  const url = new URL("/sign-out", app.pages);
  url.searchParams.set("returnTo", new URL(CALLBACK, c.req.url).href);
  return c.redirect(url.href, 303);
}

/** With nothing of this address told to where it leads, nor kept. */
function hide(c: Context): void {
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
}

function onward(c: Context, to: string): Response {
  hide(c);
  return c.redirect(to, 302);
}

const statusOf = (reason: string): 400 | 403 =>
  reason === "account_deactivated" || reason === "email_not_verified" ? 403 : 400;

/** Says no more than that it did not work: whoever has come here by somebody else's link learns nothing. */
const startAgain = (c: Context, status: 400 | 403, to: string) =>
  plainPage(c, status, "Signing in did not work. It may have taken too long.", {
    to: `/sign-in?to=${encodeURIComponent(to)}`,
    says: "Sign in again",
  });
