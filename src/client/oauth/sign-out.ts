import { processRevocationResponse, revocationRequest } from "oauth4webapi";
import { authenticationOf, type OAuthClient, registrationOf, requestOptions } from "./oauth-client.ts";
import { type OAuthFailure, orFailure } from "./oauth-failure.ts";
import { findServerMetadata } from "./server-metadata.ts";

/** Revokes a refresh token with its access tokens (RFC 7009). Idempotent: an unknown token is no failure. */
export const revokeToken = (
  client: OAuthClient,
  token: string,
): Promise<{ readonly ok: true } | OAuthFailure> =>
  orFailure(async () => {
    const server = await findServerMetadata(client);
    if (server.revocation_endpoint === undefined) return { ok: true } as const;
    const response = await revocationRequest(
      server,
      registrationOf(client),
      authenticationOf(client),
      token,
      { ...requestOptions(client), additionalParameters: { token_type_hint: "refresh_token" } },
    );
    await processRevocationResponse(response);
    return { ok: true } as const;
  });

/**
 * The URL of the logout request (OpenID Connect RP-Initiated Logout 1.0 §2), which ends the session at Gatehouse too.
 * Null if the server has no such endpoint.
 */
export async function logoutUrl(
  client: OAuthClient,
  { idToken, returnTo }: { readonly idToken?: string; readonly returnTo: string },
): Promise<URL | null> {
  const { end_session_endpoint } = await findServerMetadata(client);
  if (end_session_endpoint === undefined) return null;
  const url = new URL(end_session_endpoint);
  url.searchParams.set("client_id", client.clientId);
  url.searchParams.set("post_logout_redirect_uri", returnTo);
  if (idToken !== undefined) url.searchParams.set("id_token_hint", idToken);
  return url;
}
