import type { Context, MiddlewareHandler } from "hono";
import { challengeParameters, type Recency, recencyOptions } from "../recency.ts";
import type { StrictVerifier, Verifier } from "../verifier.ts";
import { refuse } from "./error-response.ts";
import type { SessionEnv } from "./session-env.ts";
import { throwIfMisconfigured } from "./throw-if-misconfigured.ts";

type TokenFrom = (c: Context) => string | null | undefined;

type Options = {
  /** Reads the token from the request. By default from the header `Authorization: Bearer`. */
  readonly tokenFrom?: TokenFrom;
} & Recency;

/** A verifier, or a function that returns one: bindings may be available only in a request. */
// biome-ignore lint/suspicious/noExplicitAny: the bindings of any app
type From<T> = T | ((c: Context<any>) => T);

/**
 * Requires a valid access token and sets `c.var.session`. Otherwise responds with 401 (RFC 6750 §3), or with 503 if
 * the token could not be verified. `strict` also checks session and account in D1. `maxAge` and `acrValues` require a
 * recent or a stronger authentication: the challenge of RFC 9470 tells the client to ask for it.
 */
export function requireSession(
  verifier: From<StrictVerifier>,
  options?: Options & { readonly strict?: boolean },
): MiddlewareHandler<SessionEnv>;
export function requireSession(verifier: From<Verifier>, options?: Options): MiddlewareHandler<SessionEnv>;
export function requireSession(
  verifier: From<Verifier | StrictVerifier>,
  options: Options & { readonly strict?: boolean } = {},
): MiddlewareHandler<SessionEnv> {
  const { tokenFrom = bearerToken, strict = false, ...recency } = options;
  const checks = { strict, ...recencyOptions(recency) };
  return async (c, next) => {
    const token = tokenFrom(c);
    if (!token) return refuse(c, "unauthorized", "Bearer");
    const current = typeof verifier === "function" ? verifier(c) : verifier;
    const result = await current.verify(token, checks);
    if (result.ok) {
      c.set("session", result.session);
      return next();
    }
    if (result.reason === "unavailable") return refuse(c, "unavailable");
    throwIfMisconfigured(result.reason);
    if (result.reason === "reauthentication_required") {
      return refuse(c, "reauthentication_required", recencyChallenge(recency));
    }
    return refuse(c, "unauthorized", 'Bearer error="invalid_token"');
  };
}

/** RFC 9470 §3. */
function recencyChallenge(recency: Recency): string {
  const parameters = { error: "insufficient_user_authentication", ...challengeParameters(recency) };
  const set = Object.entries(parameters).filter(([, value]) => value);
  return `Bearer ${set.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}

/** RFC 6750 §2.1. */
function bearerToken(c: Context): string | null {
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  return token ?? null;
}
