import {
  AuthorizationResponseError,
  OperationProcessingError,
  RESPONSE_IS_NOT_CONFORM,
  RESPONSE_IS_NOT_JSON,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "oauth4webapi";

/** Why a request to the authorization server failed. */
export type OAuthFailure =
  /** The user or the server refused the authorization, such as `access_denied` or `login_required`. */
  | { readonly ok: false; readonly reason: "refused"; readonly error: string }
  /** The code, token or response is invalid: expired, used, or of another client or browser. */
  | { readonly ok: false; readonly reason: "invalid" }
  /** The server did not answer. Nothing was decided. */
  | { readonly ok: false; readonly reason: "unavailable" }
  /** The registration of the client does not allow the request. A retry cannot help. */
  | { readonly ok: false; readonly reason: "misconfigured"; readonly error: string };

/** Errors of RFC 6749 §5.2 and RFC 8707 §2 that the client's configuration causes, and no input of a user. */
const CONFIGURATION_ERRORS = new Set([
  "invalid_client",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
  "invalid_target",
]);

/** Errors of RFC 6749 §4.1.2.1 that a later attempt may not have. */
const TEMPORARY_ERRORS = new Set(["server_error", "temporarily_unavailable"]);

/** Classifies the errors of oauth4webapi and of `fetch`. */
export function oauthFailure(cause: unknown): OAuthFailure {
  if (cause instanceof AuthorizationResponseError) {
    return TEMPORARY_ERRORS.has(cause.error)
      ? UNAVAILABLE
      : { ok: false, reason: "refused", error: cause.error };
  }
  if (cause instanceof ResponseBodyError) {
    if (cause.status === 429 || cause.status >= 500) return UNAVAILABLE;
    return CONFIGURATION_ERRORS.has(cause.error) ? misconfigured(cause.error) : INVALID;
  }
  // RFC 6749 §5.2: a client that authenticates with the Authorization header gets 401 and a challenge.
  if (cause instanceof WWWAuthenticateChallengeError) return misconfigured("invalid_client");
  if (!(cause instanceof OperationProcessingError)) return logged(cause);
  const isNoAnswer = cause.code === RESPONSE_IS_NOT_CONFORM || cause.code === RESPONSE_IS_NOT_JSON;
  return isNoAnswer ? logged(cause) : INVALID;
}

const INVALID = { ok: false, reason: "invalid" } as const;
const UNAVAILABLE = { ok: false, reason: "unavailable" } as const;
const misconfigured = (error: string) => ({ ok: false, reason: "misconfigured", error }) as const;

/** The developer of the app finds the cause in the log. The message contains no token and no user data. */
function logged(cause: unknown): OAuthFailure {
  console.error(`Gatehouse did not answer: ${cause instanceof Error ? cause.message : cause}`);
  return UNAVAILABLE;
}

/** Runs a request and returns its failure as a value. */
export async function orFailure<T>(request: () => Promise<T>): Promise<T | OAuthFailure> {
  try {
    return await request();
  } catch (cause) {
    return oauthFailure(cause);
  }
}
