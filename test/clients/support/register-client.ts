import { hashOneTimeToken, newOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";
import { oauthClientSecrets, oauthClients } from "../../../src/db/schema.ts";
import type { Client } from "../../../src/oauth/clients/client.ts";
import { database } from "./database.ts";
import { NOTES } from "./resources.ts";

export const REDIRECT_URI = "https://client.example.com/callback";
export const SIGNED_OUT_URI = "https://client.example.com/signed-out";

/** A registered client with its secret, which only a client with `client_secret_…` has. */
export type RegisteredClient = Client & { readonly secret: string };

/** Registers a client: confidential, with `client_secret_basic`, for the resource of notes and all scopes. */
export async function registerClient(changes: Partial<Client> = {}): Promise<RegisteredClient> {
  const now = Date.now();
  const client: Client = {
    id: `client-${crypto.randomUUID()}`,
    name: "A real client",
    logoUri: null,
    clientUri: null,
    type: changes.authMethod === "none" ? "public" : "confidential",
    authMethod: "client_secret_basic",
    jwks: null,
    jwksUri: null,
    redirectUris: [REDIRECT_URI],
    postLogoutRedirectUris: [SIGNED_OUT_URI],
    grantTypes: ["authorization_code", "refresh_token"],
    resources: [NOTES],
    scopes: ["openid", "profile", "email", "phone", "offline_access", "notes:read", "notes:write"],
    isFirstParty: false,
    requiresPushedRequests: false,
    idTokenAlg: "RS256",
    accessTokenTtl: null,
    refreshIdleTtl: null,
    refreshMaxTtl: null,
    refreshGraceSeconds: null,
    rotatesRefreshTokens: true,
    backchannelLogoutUri: null,
    source: "admin",
    metadataExpiresAt: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
    ...changes,
  };
  const secret = newOneTimeToken();
  await database.insert(oauthClients).values(client);
  if (client.authMethod.startsWith("client_secret")) {
    const secretHash = await hashOneTimeToken(secret);
    const row = { id: crypto.randomUUID(), clientId: client.id, secretHash, createdAt: now, expiresAt: null };
    await database.insert(oauthClientSecrets).values(row);
  }
  return { ...client, secret };
}
