import type { Context, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorCode } from "../core/error-codes.ts";
import type { HttpEnv } from "../http/context.ts";
import { type Failure, recordFailure } from "../http/failure.ts";
import { isClientEndpoint } from "./endpoints.ts";
import type { OAuthError, OAuthErrorCode } from "./oauth-error.ts";

type ResponseOptions = {
  readonly status?: ContentfulStatusCode;
  readonly headers?: Readonly<Record<string, string>>;
};

/** RFC 6749 §5.1: no cache may store the response. */
export const NO_STORE = { "Cache-Control": "no-store", Pragma: "no-cache" };

/** Errors with a status other than 400 (RFC 6749 §5.2, RFC 6750 §3.1). */
const STATUS: Partial<Record<OAuthErrorCode, ContentfulStatusCode>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  server_error: 500,
  temporarily_unavailable: 503,
};

/** The code of the log line, which also has the OAuth error. */
const LOGGED: Partial<Record<OAuthErrorCode, ErrorCode>> = {
  invalid_client: "unauthorized",
  invalid_token: "unauthorized",
  invalid_grant: "token_invalid",
  expired_token: "token_invalid",
  access_denied: "forbidden",
  unauthorized_client: "forbidden",
  insufficient_scope: "forbidden",
  slow_down: "rate_limited",
  server_error: "internal",
  temporarily_unavailable: "unavailable",
};

/** Refuses a request of a client: the error of RFC 6749 §5.2 as JSON, and the failure for the log. */
export function refuseOAuth(
  c: Context,
  { error, description }: OAuthError,
  { status = STATUS[error] ?? 400, headers = {} }: ResponseOptions = {},
): Response {
  const failure = recordFailure(c, LOGGED[error] ?? "validation_failed", { oauthError: error });
  const all = new Headers({ ...NO_STORE, ...headers });
  if (failure.retryAfter !== undefined) all.set("Retry-After", String(failure.retryAfter));
  // RFC 6749 §5.2: a client that used the Authorization header is told the scheme.
  if (error === "invalid_client" && c.req.header("Authorization") !== undefined)
    all.set("WWW-Authenticate", 'Basic realm="OAuth"');
  return c.json({ error, error_description: description }, status, Object.fromEntries(all));
}

/**
 * Renders failures that no OAuth route decided (rate limits, outages, bugs) in the format that clients expect of these
 * endpoints.
 */
export const renderOAuthFailures = (): MiddlewareHandler<HttpEnv> => async (c, next) => {
  await next();
  const { failure } = c.var;
  if (!failure || c.res.body !== null || c.res.status !== failure.status) return;
  if (!isProtocolFailure(c, failure)) return;
  const { message, retryAfter, status } = failure;
  const body = { error: oauthErrorOf(failure), error_description: message };
  for (const [name, value] of Object.entries(NO_STORE)) c.header(name, value);
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  c.res = c.json(body, status);
};

/** A request with another method is none of the protocol. */
const isProtocolFailure = (c: Context, { code }: Failure): boolean =>
  isClientEndpoint(c.req.path) && code !== "method_not_allowed";

/** RFC 6749 §5.2 has no error for a rate limit: clients tell it by the status and `Retry-After`. */
function oauthErrorOf({ status, code }: Failure): OAuthErrorCode {
  if (status === 503 || code === "rate_limited") return "temporarily_unavailable";
  return status >= 500 ? "server_error" : "invalid_request";
}
