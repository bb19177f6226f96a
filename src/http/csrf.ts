import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Context } from "hono";
import { decodeJwt } from "jose";
import { type Clock, HOUR, SECOND } from "../core/clock.ts";
import { utf8 } from "../core/crypto/encoding.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";
import type { SecretRing, SecretRoot } from "../core/crypto/secret-ring.ts";
import { accessCookie, preSessionCookie, refreshCookie, setPreSessionCookie } from "./session-cookies.ts";

/** Seconds for which a token is good. */
export const CSRF_TOKEN_LIFE = (12 * HOUR) / SECOND;

export type CsrfDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string; readonly allowedOrigins: readonly string[] };
};

/** A token for whoever asks: bound to their session, or to a cookie that they get with it. */
export async function issueCsrfToken(c: Context, deps: CsrfDeps): Promise<string> {
  let binding = bindingOf(c);
  if (binding === null) {
    const value = newOneTimeToken();
    setPreSessionCookie(c, value, CSRF_TOKEN_LIFE);
    binding = `pre/${value}`;
  }
  return csrfTokenFor(deps, binding);
}

/** The token of a session that has just been opened. */
export const csrfTokenOfSession = (deps: CsrfDeps, sessionId: string): Promise<string> =>
  csrfTokenFor(deps, `sid/${sessionId}`);

/**
 * Whether a write that cookies vouch for was meant by the page that shows them (ASVS 3.5.1): its
 * origin is one of ours, as far as the browser tells, and it knows the token of this very session.
 */
export async function isCsrfSafe(c: Context, deps: CsrfDeps): Promise<boolean> {
  const { publicUrl, allowedOrigins } = deps.settings;
  return isFrom(c, [publicUrl, ...allowedOrigins]) && knowsToken(c, deps, c.req.header("X-CSRF-Token") ?? "");
}

/** The same for a form of our own pages: no other origin has one, whatever else it may ask. */
export async function isOwnForm(c: Context, deps: CsrfDeps, token: string): Promise<boolean> {
  return isFrom(c, [deps.settings.publicUrl]) && knowsToken(c, deps, token);
}

async function knowsToken(c: Context, deps: CsrfDeps, token: string): Promise<boolean> {
  const binding = bindingOf(c);
  const [expiry = "", nonce = "", given = ""] = token.split(".");
  if (binding === null || !/^\d{1,12}$/.test(expiry) || !nonce || !given) return false;
  if (Number(expiry) * SECOND <= deps.clock.now()) return false;
  const { current, earlier } = deps.secrets;
  for (const root of [current, ...earlier]) {
    if (constantTimeEqual(utf8(await mac(root, binding, expiry, nonce)), utf8(given))) return true;
  }
  return false;
}

async function csrfTokenFor(deps: CsrfDeps, binding: string): Promise<string> {
  const expiry = String(Math.floor(deps.clock.now() / SECOND) + CSRF_TOKEN_LIFE);
  const nonce = newOneTimeToken();
  return `${expiry}.${nonce}.${await mac(deps.secrets.current, binding, expiry, nonce)}`;
}

const mac = (root: SecretRoot, binding: string, expiry: string, nonce: string): Promise<string> =>
  keyedHash(root, "csrf-token", `${binding}\n${expiry}\n${nonce}`);

/**
 * What the token must be bound to: the session that the cookies name, or the cookie of somebody who
 * has none. The tokens are only read here; whether they are good is the guard's to say.
 */
function bindingOf(c: Context): string | null {
  for (const token of [accessCookie(c), refreshCookie(c)]) {
    const sessionId = token === undefined ? null : sessionIdIn(token);
    if (sessionId !== null) return `sid/${sessionId}`;
  }
  const value = preSessionCookie(c);
  return value === undefined ? null : `pre/${value}`;
}

function sessionIdIn(token: string): string | null {
  try {
    const { sid } = decodeJwt(token);
    return typeof sid === "string" ? sid : null;
  } catch {
    return null;
  }
}

/**
 * A browser sends Origin with every write, and Sec-Fetch-Site beside it; one without both is no
 * browser. A form of a page without a referrer sends the Origin `null` (Fetch, "append a request
 * `Origin` header"), as ours are; then the other one, which no page can set, has to say where it is from.
 */
function isFrom(c: Context, origins: readonly string[]): boolean {
  const origin = c.req.header("Origin");
  if (origin === "null") return c.req.header("Sec-Fetch-Site") === "same-origin";
  if (origin !== undefined) return origins.includes(origin);
  const site = c.req.header("Sec-Fetch-Site");
  return site === undefined || site === "same-origin" || site === "none";
}
