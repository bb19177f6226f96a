import type { OAuthFailure } from "../../oauth/oauth-failure.ts";

/** A misconfigured app cannot recover by retrying. The error message names the setting to change. */
export function throwConfigurationError(failure: OAuthFailure): void {
  if (failure.reason === "misconfigured") {
    throw new Error(
      `Gatehouse rejected the client: ${failure.error}. Compare clientId, clientSecret, resource and scopes with its registration.`,
    );
  }
}
