/** The parameters of an authorization response (RFC 6749 §4.1.2, RFC 9207). `user`: of Apple. */
const PARAMETERS = ["state", "code", "error", "iss", "user"] as const;

/** The parameter of the redirect after a posted response: the handle of the stored one. */
export const RESPONSE_HANDLE = "response";

/** Errors by which a user cancels: that of RFC 6749 §4.1.2.1, and those of Apple and LinkedIn. */
const CANCELLATIONS: ReadonlySet<string | null> = new Set([
  "access_denied",
  "user_cancelled_authorize",
  "user_cancelled_login",
]);

/** RFC 6749 §4.1.2 and appendix A.11: one `code` of visible ASCII characters, or an `error`. No parameter twice (§3.1). */
export function isAuthorizationResponse(query: URLSearchParams): boolean {
  const isRepeated = PARAMETERS.some((name) => query.getAll(name).length > 1);
  return !isRepeated && (query.has("error") || /^[\x20-\x7e]{1,4096}$/.test(query.get("code") ?? ""));
}

export const isCancellation = (response: URLSearchParams): boolean =>
  CANCELLATIONS.has(response.get("error"));

/** The known parameters, without those that the service does not read, such as an ID token. */
export function responseParameters(values: (name: string) => string): URLSearchParams {
  const known = PARAMETERS.map((name) => [name, values(name)]).filter(([, value]) => value !== "");
  return new URLSearchParams(known);
}
