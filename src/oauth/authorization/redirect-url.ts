import type { OAuthError } from "../oauth-error.ts";
import type { ErrorTarget } from "./checks.ts";

/** The response with a code (RFC 6749 §4.1.2). `iss` names this service, which prevents mix-up attacks (RFC 9207). */
export const codeRedirect = (target: ErrorTarget, issuer: string, code: string): string =>
  withParameters(target.redirectUri, { code, state: target.state, iss: issuer });

/** The response with an error (RFC 6749 §4.1.2.1). */
export const errorRedirect = (
  target: ErrorTarget,
  issuer: string,
  { error, description }: OAuthError,
): string =>
  withParameters(target.redirectUri, {
    error,
    error_description: description,
    state: target.state,
    iss: issuer,
  });

/** Adds parameters, and leaves the registered query as it is (RFC 6749 §3.1.2). */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | null>>): string {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  if (present.length === 0) return uri;
  const separator = uri.includes("?") ? (/[?&]$/.test(uri) ? "" : "&") : "?";
  return uri + separator + new URLSearchParams(present).toString();
}
