import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Context } from "hono";
import { decodeJwt } from "jose";
import { type Clock, SECOND } from "../core/clock.ts";
import { utf8 } from "../core/crypto/encoding.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";
import type { SecretRing, SecretRoot } from "../core/crypto/secret-ring.ts";
import {
  accessCookie,
  browserBinding,
  PRE_SESSION_TTL_SECONDS,
  preSessionCookie,
  refreshCookie,
} from "./session-cookies.ts";

/** Lifetime of a token in seconds. */
export const CSRF_TOKEN_TTL_SECONDS = PRE_SESSION_TTL_SECONDS;

export type CsrfDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string; readonly allowedOrigins: readonly string[] };
};

/** Issues a token that is bound to the session, or without one to a pre-session cookie set by this response. */
export async function issueCsrfToken(c: Context, deps: CsrfDeps): Promise<string> {
  return csrfTokenFor(deps, bindingOf(c) ?? `pre/${browserBinding(c)}`);
}

/** The token of a session that was just created. */
export const csrfTokenOfSession = (deps: CsrfDeps, sessionId: string): Promise<string> =>
  csrfTokenFor(deps, `sid/${sessionId}`);

/**
 * Checks a write that is authenticated by cookies (ASVS 3.5.1): the browser reports an allowed origin,
 * and the request has a valid token of this session.
 */
export async function isCsrfSafe(c: Context, deps: CsrfDeps): Promise<boolean> {
  const { publicUrl, allowedOrigins } = deps.settings;
  return (
    hasOrigin(c, [publicUrl, ...allowedOrigins]) && hasValidToken(c, deps, c.req.header("X-CSRF-Token") ?? "")
  );
}

/** The shape of a token: expiry in seconds, nonce and MAC. */
const TOKEN = /^\d{1,12}\.[\w-]{43}\.[\w-]{43}$/;

/**
 * The same check for a form of the service's own pages, which no other origin may submit. `other_session`: the form has
 * the token of another session than that of the cookies, so its values may be those of another user. `stale`: its
 * token has expired, or it has none. `no_cookie`: the browser has not sent the cookie that the page of the form set.
 */
export async function judgeForm(
  c: Context,
  deps: CsrfDeps,
  token: string,
): Promise<"safe" | "stale" | "other_session" | "no_cookie"> {
  const binding = bindingOf(c);
  if (!isFromOwnPage(c, deps)) return "other_session";
  if (binding === null) return "no_cookie";
  if (!TOKEN.test(token)) return "stale";
  if (!(await isBoundTo(deps, token, binding))) return "other_session";
  return isUnexpired(deps, token) ? "safe" : "stale";
}

/** Whether a page of this service has sent the request, as far as the browser tells. */
export const isFromOwnPage = (c: Context, { settings }: Pick<CsrfDeps, "settings">): boolean =>
  hasOrigin(c, [settings.publicUrl]);

async function hasValidToken(c: Context, deps: CsrfDeps, token: string): Promise<boolean> {
  const binding = bindingOf(c);
  return binding !== null && isUnexpired(deps, token) && isBoundTo(deps, token, binding);
}

const isUnexpired = ({ clock }: CsrfDeps, token: string): boolean =>
  Number(token.split(".")[0]) * SECOND > clock.now();

async function isBoundTo({ secrets }: CsrfDeps, token: string, binding: string): Promise<boolean> {
  const [expiry = "", nonce = "", presentedMac = ""] = token.split(".");
  if (!TOKEN.test(token)) return false;
  for (const root of [secrets.current, ...secrets.earlier]) {
    if (constantTimeEqual(utf8(await mac(root, binding, expiry, nonce)), utf8(presentedMac))) return true;
  }
  return false;
}

async function csrfTokenFor(deps: CsrfDeps, binding: string): Promise<string> {
  const expiry = String(Math.floor(deps.clock.now() / SECOND) + CSRF_TOKEN_TTL_SECONDS);
  const nonce = newOneTimeToken();
  return `${expiry}.${nonce}.${await mac(deps.secrets.current, binding, expiry, nonce)}`;
}

const mac = (root: SecretRoot, binding: string, expiry: string, nonce: string): Promise<string> =>
  keyedHash(root, "csrf-token", `${binding}\n${expiry}\n${nonce}`);

/**
 * The binding of the token: the session id in the cookies, or the pre-session cookie. The tokens are
 * decoded, not verified; `requireSession` verifies them.
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
 * Browsers send Origin and Sec-Fetch-Site with every write; a client without both is not a browser.
 * The service's pages have no referrer, so their forms send the Origin `null` (Fetch, "append a request
 * `Origin` header"). Then Sec-Fetch-Site, which no page can set, must be `same-origin`.
 */
function hasOrigin(c: Context, origins: readonly string[]): boolean {
  const origin = c.req.header("Origin");
  if (origin === "null") return c.req.header("Sec-Fetch-Site") === "same-origin";
  if (origin !== undefined) return origins.includes(origin);
  const site = c.req.header("Sec-Fetch-Site");
  return site === undefined || site === "same-origin" || site === "none";
}
