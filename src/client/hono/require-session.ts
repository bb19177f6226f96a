import type { Context, MiddlewareHandler } from "hono";
import type { StrictVerifier, Verifier } from "../verifier.ts";
import { throwIfMisconfigured } from "./misconfigured.ts";
import { refuse } from "./refuse.ts";
import type { SessionEnv } from "./session-env.ts";

type TokenFrom = (c: Context) => string | null | undefined;

type Options = {
  /** Where the token is. By default the header `Authorization: Bearer`. */
  readonly tokenFrom?: TokenFrom;
};

/** A verifier, or how to get one: bindings may be there in a request alone. */
// biome-ignore lint/suspicious/noExplicitAny: the bindings of any app
type From<T> = T | ((c: Context<any>) => T);

/**
 * Lets through whoever brings a good token; the session is then `c.var.session`. Else 401 (RFC 6750
 * §3), or 503 where nobody could tell. With `strict` D1 is asked each time.
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
  const { tokenFrom = bearerToken, strict = false } = options;
  return async (c, next) => {
    const token = tokenFrom(c);
    if (!token) return refuse(c, "unauthorized", "Bearer");
    const asked = typeof verifier === "function" ? verifier(c) : verifier;
    const result = await asked.verify(token, { strict });
    if (result.ok) {
      c.set("session", result.session);
      return next();
    }
    if (result.reason === "unavailable") return refuse(c, "unavailable");
    throwIfMisconfigured(result.reason);
    return refuse(c, "unauthorized", 'Bearer error="invalid_token"');
  };
}

/** RFC 6750 §2.1. */
function bearerToken(c: Context): string | null {
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  return token ?? null;
}
