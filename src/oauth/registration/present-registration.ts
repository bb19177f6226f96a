import type { Client } from "../clients/client.ts";

/** The response of RFC 7591 §3.2.1: what was registered, which may be less than what was requested. */
export const presentRegistration = (client: Client) => ({
  client_id: client.id,
  client_id_issued_at: Math.floor(client.createdAt / 1000),
  client_name: client.name,
  redirect_uris: client.redirectUris,
  token_endpoint_auth_method: client.authMethod,
  grant_types: client.grantTypes,
  response_types: ["code"],
  scope: client.scopes.join(" "),
  ...(client.logoUri !== null && { logo_uri: client.logoUri }),
  ...(client.clientUri !== null && { client_uri: client.clientUri }),
  ...(client.postLogoutRedirectUris.length > 0 && {
    post_logout_redirect_uris: client.postLogoutRedirectUris,
  }),
});
