import type { Context, MiddlewareHandler } from "hono";
import type { Role, VerifiedSession } from "./session.ts";
import type { StrictVerifier, Verifier } from "./verifier.ts";

// `gatehouse/client/hono`: the guards of a consumer's routes.

/** What `requireSession` leaves behind: `c.var.session`. */
export type SessionEnv = { Variables: { session: VerifiedSession } };

type TokenFrom = (c: Context) => string | null | undefined;

type Options = {
  /** Where the token is. By default the header `Authorization: Bearer`. */
  readonly tokenFrom?: TokenFrom;
};

/** A verifier, or how to get one: bindings may be there in a request alone. */
// biome-ignore lint/suspicious/noExplicitAny: the bindings of any app
type From<T> = T | ((c: Context<any>) => T);

/** Seconds after which asking again makes sense. */
const RETRY_AFTER = 5;

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
    // Not the visitor's doing, and nothing that asking again would mend.
    if (result.reason === "bad_request" || result.reason === "forbidden") {
      throw new Error(`the verifier is not set up for this: ${result.reason}`);
    }
    return refuse(c, "unauthorized", 'Bearer error="invalid_token"');
  };
}

/** Behind `requireSession`: lets through that role and those above it (`user` < `admin` < `superuser`). */
export const requireRole = (role: Role): MiddlewareHandler<SessionEnv> => {
  return async (c, next) => {
    const session: VerifiedSession | undefined = c.get("session");
    if (!session) return refuse(c, "unauthorized", "Bearer");
    if (ROLES.indexOf(session.role) >= ROLES.indexOf(role)) return next();
    return refuse(c, "forbidden", 'Bearer error="insufficient_scope"');
  };
};

const ROLES: readonly Role[] = ["user", "admin", "superuser"];

/** RFC 6750 §2.1. */
function bearerToken(c: Context): string | null {
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  return token ?? null;
}

const REFUSALS = {
  unauthorized: [401, "Please sign in to do this."],
  forbidden: [403, "You may not do this."],
  unavailable: [503, "The service is not available just now. Please try again in a moment."],
} as const;

/** The envelope that Gatehouse's own API answers with, so that a page has one shape to read. */
function refuse(c: Context, code: keyof typeof REFUSALS, challenge?: string): Response {
  const [status, message] = REFUSALS[code];
  // Hono's own `requestId()`, where the app uses it.
  const requestId: string = c.get("requestId") ?? crypto.randomUUID();
  c.header("X-Request-Id", requestId);
  c.header("Cache-Control", "no-store");
  if (challenge !== undefined) c.header("WWW-Authenticate", challenge);
  if (status === 503) c.header("Retry-After", String(RETRY_AFTER));
  return c.json({ success: false, message, error: { code, requestId } }, status);
}
