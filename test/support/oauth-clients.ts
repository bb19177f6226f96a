import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { hashOneTimeToken } from "../../src/core/crypto/one-time-token.ts";
import { oauthClientSecrets, oauthClients } from "../../src/db/schema.ts";
import type { Client } from "../../src/oauth/clients/client.ts";

/** The resource of the test clients, for RESOURCES. */
export const NOTES = {
  uri: "https://notes.example.com/api",
  alias: "notes",
  scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
} as const;

export const RESOURCES = JSON.stringify([NOTES]);

export const REDIRECT_URI = "https://notes.example.com/callback";

/** A test client with the secret that authenticates it. */
export type TestClient = Client & { readonly secret: string };

/**
 * Inserts a client: a confidential one for NOTES, which is not of the operator's team. Its secret is `secret`.
 */
export async function insertClient(overrides: Partial<Client> = {}): Promise<TestClient> {
  const now = Date.now();
  const client: Client = {
    id: `client-${crypto.randomUUID()}`,
    name: "Notes",
    logoUri: null,
    clientUri: "https://notes.example.com",
    type: "confidential",
    authMethod: "client_secret_basic",
    jwks: null,
    jwksUri: null,
    redirectUris: [REDIRECT_URI],
    postLogoutRedirectUris: ["https://notes.example.com/signed-out"],
    grantTypes: ["authorization_code", "refresh_token"],
    resources: [NOTES.uri],
    scopes: ["openid", "profile", "email", "offline_access", "notes:read", "notes:write"],
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
    ...overrides,
  };
  const secret = `secret-${crypto.randomUUID()}-${crypto.randomUUID()}`;
  const db = drizzle(env.DB);
  await db.insert(oauthClients).values(client);
  if (client.authMethod !== "none") {
    const secretHash = await hashOneTimeToken(secret);
    await db
      .insert(oauthClientSecrets)
      .values({ id: crypto.randomUUID(), clientId: client.id, secretHash, createdAt: now, expiresAt: null });
  }
  return { ...client, secret };
}
