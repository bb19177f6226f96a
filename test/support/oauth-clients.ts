import type { Client } from "../../src/oauth/clients/client.ts";
import { createClient, type TestClient } from "./oauth.ts";

/** The resource of the test clients, for RESOURCES. */
export const NOTES = {
  uri: "https://notes.example.com/api",
  alias: "notes",
  scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" },
} as const;

export const RESOURCES = JSON.stringify([NOTES]);

export const REDIRECT_URI = "https://notes.example.com/callback";

/** Inserts a client: a confidential one for NOTES, which is not of the operator's team. */
export const insertClient = (overrides: Partial<Client> = {}): Promise<TestClient> =>
  createClient(
    { clock: Date },
    {
      name: "Notes",
      clientUri: "https://notes.example.com",
      type: "confidential",
      authMethod: "client_secret_basic",
      redirectUris: [REDIRECT_URI],
      postLogoutRedirectUris: ["https://notes.example.com/signed-out"],
      grantTypes: ["authorization_code", "refresh_token"],
      resources: [NOTES.uri],
      scopes: ["openid", "profile", "email", "offline_access", "notes:read", "notes:write"],
      ...overrides,
    },
  );
