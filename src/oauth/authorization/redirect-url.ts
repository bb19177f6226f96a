import { isRegisteredByOperator } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { ErrorTarget } from "./checks.ts";

/**
 * A response to a client. `how`: `direct` without a question, `own_browser` only in the browser that has sent the request,
 * `manual` only after a click on a page that names the host.
 */
export type ClientRedirect = {
  readonly kind: "redirect";
  readonly url: string;
  readonly how: "direct" | "own_browser" | "manual";
};

/** The response with a code (RFC 6749 §4.1.2). `iss` names this service, which prevents mix-up attacks (RFC 9207). */
export const codeRedirect = (
  { client, redirectUri, state }: ErrorTarget,
  issuer: string,
  code: string,
): ClientRedirect => ({
  kind: "redirect",
  url: withParameters(redirectUri, { code, state, iss: issuer }),
  how: isRegisteredByOperator(client) ? "direct" : "own_browser",
});

/**
 * The response with an error (RFC 6749 §4.1.2.1). RFC 9700 §4.11.2: anyone can make a request that fails, so that one of a
 * client that has registered itself must not lead to its host by itself.
 */
export const errorRedirect = (
  { client, redirectUri, state }: ErrorTarget,
  issuer: string,
  { error, description }: OAuthError,
): ClientRedirect => ({
  kind: "redirect",
  url: withParameters(redirectUri, { error, error_description: description, state, iss: issuer }),
  how: isRegisteredByOperator(client) ? "direct" : "manual",
});

/** Adds parameters, and leaves the registered query as it is (RFC 6749 §3.1.2). */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | null>>): string {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  if (present.length === 0) return uri;
  const separator = uri.includes("?") ? (/[?&]$/.test(uri) ? "" : "&") : "?";
  return uri + separator + new URLSearchParams(present).toString();
}
