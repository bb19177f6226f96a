import { hashOneTimeToken, newOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";
import { oauthClientSecrets, oauthClients } from "../../../src/db/schema.ts";
import type { Client } from "../../../src/oauth/clients/client.ts";
import { newClientRow } from "../../support/client-row.ts";
import { database } from "./database.ts";
import { NOTES } from "./resources.ts";

export const REDIRECT_URI = "https://client.example.com/callback";
export const SIGNED_OUT_URI = "https://client.example.com/signed-out";

/** A registered client with its secret, which only a client with `client_secret_…` has. */
export type RegisteredClient = Client & { readonly secret: string };

/** Registers a client: confidential, with `client_secret_basic`, for the resource of notes and all scopes. */
export async function registerClient(changes: Partial<Client> = {}): Promise<RegisteredClient> {
  const now = Date.now();
  const client = newClientRow(
    {
      now,
      name: "A real client",
      authMethod: "client_secret_basic",
      redirectUris: [REDIRECT_URI],
      resources: [NOTES],
      scopes: ["openid", "profile", "email", "phone", "offline_access", "notes:read", "notes:write"],
    },
    { postLogoutRedirectUris: [SIGNED_OUT_URI], ...changes },
  );
  const secret = newOneTimeToken();
  await database.insert(oauthClients).values(client);
  if (client.authMethod.startsWith("client_secret")) {
    const secretHash = await hashOneTimeToken(secret);
    const row = { id: crypto.randomUUID(), clientId: client.id, secretHash, createdAt: now, expiresAt: null };
    await database.insert(oauthClientSecrets).values(row);
  }
  return { ...client, secret };
}
