import type { Client } from "../../src/oauth/clients/client.ts";

type RowOfClient = Pick<Client, "name" | "authMethod" | "redirectUris" | "resources" | "scopes"> & {
  readonly now: number;
  readonly grantTypes?: Client["grantTypes"];
};

/** The row of a client that an admin has registered, without what is optional. `changes` replace any of it. */
export const newClientRow = ({ now, ...fields }: RowOfClient, changes: Partial<Client>): Client => ({
  id: `client-${crypto.randomUUID()}`,
  logoUri: null,
  clientUri: null,
  type: changes.authMethod === "none" ? "public" : "confidential",
  jwks: null,
  jwksUri: null,
  postLogoutRedirectUris: [],
  grantTypes: ["authorization_code", "refresh_token"],
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
  ...fields,
  ...changes,
});
