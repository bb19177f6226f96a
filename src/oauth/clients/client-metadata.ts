import type { Client } from "./client.ts";

/** What the registrant of a client decides: all but its id, its source and its instants. */
export type ClientMetadata = Omit<
  Client,
  "id" | "source" | "metadataExpiresAt" | "createdAt" | "updatedAt" | "lastUsedAt"
>;

/** `name` is required. A missing field gets its default from `withDefaults`. */
export type PartialMetadata = Pick<ClientMetadata, "name"> & {
  readonly [Field in keyof ClientMetadata]?: ClientMetadata[Field] | undefined;
};

const DEFAULTS = {
  logoUri: null,
  clientUri: null,
  jwks: null,
  jwksUri: null,
  redirectUris: [],
  postLogoutRedirectUris: [],
  resources: [],
  isFirstParty: false,
  requiresPushedRequests: false,
  idTokenAlg: "RS256",
  accessTokenTtl: null,
  refreshIdleTtl: null,
  refreshMaxTtl: null,
  refreshGraceSeconds: null,
  rotatesRefreshTokens: true,
  backchannelLogoutUri: null,
} as const satisfies Partial<ClientMetadata>;

/**
 * Completes the metadata of a new client. Without grant types, a client with redirect URIs gets the code flow with
 * refresh tokens, and one without gets `client_credentials`.
 */
export function withDefaults(given: PartialMetadata): ClientMetadata {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const type = given.type ?? (given.authMethod === "none" ? "public" : "confidential");
  const usesCodes = (given.redirectUris ?? []).length > 0;
  return {
    ...DEFAULTS,
    name: given.name,
    type,
    authMethod: type === "public" ? "none" : "client_secret_basic",
    grantTypes: usesCodes ? ["authorization_code", "refresh_token"] : ["client_credentials"],
    scopes: usesCodes ? ["openid", "profile", "email"] : [],
    ...set,
  };
}

/** Whether the client authenticates by a secret. */
export const usesSecret = ({ authMethod }: Pick<Client, "authMethod">): boolean =>
  authMethod === "client_secret_basic" || authMethod === "client_secret_post";

/** The names of the fields that differ. */
export const changedFields = (before: ClientMetadata, after: ClientMetadata): readonly string[] =>
  Object.entries(after)
    .filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(before[field as keyof ClientMetadata]),
    )
    .map(([field]) => field);
