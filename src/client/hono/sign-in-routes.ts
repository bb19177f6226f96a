import { type Context, Hono } from "hono";
import type { AppOf } from "./app.ts";
import { appCookies } from "./app-cookies.ts";
import { findSession } from "./browser-session.ts";
import { clientOf, isFromOwnPage } from "./caller.ts";
import { throwIfMisconfigured } from "./misconfigured.ts";
import { refuse } from "./refuse.ts";

const CALLBACK = "/signed-in";

/**
 * Signing in at Gatehouse's pages, for an app on an origin of its own. `GET /sign-in?to=/path` sends a browser
 * there; `GET /signed-in` takes it back and keeps its session in cookies of this app; `POST /sign-out`, from a
 * form of this app, ends that session and leads to the page where Gatehouse's own can be ended. `<this origin>/signed-in` has to be in Gatehouse's ALLOWED_RETURN_URLS.
 */
export function signInRoutes<C extends Context>(appOf: AppOf<C>): Hono {
  const openApp = (c: Context) => {
    const app = appOf(c as C);
    return { app, cookies: appCookies(c, app) };
  };
  return new Hono()
    .get("/sign-in", async (c) => {
      const { app, cookies } = openApp(c);
      const verifier = secret();
      const state = secret();
      cookies.journey.write({ state, verifier, to: ownPath(c, c.req.query("to")) });
      const url = new URL("/sign-in", app.pages);
      url.searchParams.set("returnTo", new URL(CALLBACK, c.req.url).href);
      url.searchParams.set("codeChallenge", await challengeOf(verifier));
      url.searchParams.set("state", state);
      return onward(c, url.href);
    })
    .get(CALLBACK, async (c) => {
      const { app, cookies } = openApp(c);
      const journey = cookies.journey.read();
      const { code, state } = c.req.query();
      // Not what this browser set out for (RFC 9700 §4.7), or long over: whoever it is begins anew.
      if (!journey || !code || state !== journey.state) return onward(c, "/");
      cookies.journey.clear();
      const exchanged = await app.binding
        .exchangeCode({
          code,
          codeVerifier: journey.verifier,
          client: clientOf(c),
          audience: app.audience,
        })
        .catch(() => ({ ok: false, reason: "unavailable" }) as const);
      if (!exchanged.ok) throwIfMisconfigured(exchanged.reason);
      if (exchanged.ok) cookies.keep(exchanged);
      else if (exchanged.reason === "unavailable") return refuse(c, "unavailable");
      // Judged again: a cookie is what the browser says.
      return onward(c, exchanged.ok ? ownPath(c, journey.to) : "/");
    })
    .post("/sign-out", async (c) => {
      if (!isFromOwnPage(c)) return refuse(c, "csrf_failed");
      const { app, cookies } = openApp(c);
      const found = await findSession(c, app);
      const ended = found.ok
        ? await app.binding
            .revokeSession(found.session.sessionId)
            .catch(() => ({ ok: false, reason: "unavailable" }) as const)
        : found;
      // Cookies that are gone would look like a sign-out while the session lives on.
      if (!ended.ok && ended.reason === "unavailable") return refuse(c, "unavailable");
      cookies.forget();
      // The browser's own session at the pages would sign it in again at once: that one is theirs to end.
      return c.redirect(new URL("/sign-out", app.pages).href, 303);
    });
}

/** On by GET, with nothing of this address told to where it leads, nor kept. */
function onward(c: Context, to: string): Response {
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
  return c.redirect(to, 302);
}

/** A path of this app, whatever was asked: no host, however it is written (RFC 9700 §4.11). */
function ownPath(c: Context, asked = "/"): string {
  const { origin } = new URL(c.req.url);
  const url = asked.startsWith("/") ? URL.parse(asked, origin) : null;
  return url?.origin === origin ? `${url.pathname.replace(/^\/+/, "/")}${url.search}` : "/";
}

/** 256 bits, base64url. */
const secret = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** RFC 7636 §4.2: S256. */
const challengeOf = async (verifier: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
