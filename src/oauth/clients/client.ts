import type { SigningAlg } from "../../sessions/signing-keys/signing-key.ts";

/** `grant_types` (RFC 7591 §2) that a client may be registered for. */
export const GRANT_TYPES = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  "urn:ietf:params:oauth:grant-type:device_code",
] as const;

export type GrantType = (typeof GRANT_TYPES)[number];

/** `token_endpoint_auth_method` (RFC 7591 §2). */
export const CLIENT_AUTH_METHODS = [
  "none",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
] as const;

export type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number];

/** Who registered a client. */
export type ClientSource = "admin" | "configuration" | "registration" | "metadata";

/** A registered OAuth client. Lifetimes in seconds, instants in milliseconds. */
export type Client = {
  readonly id: string;
  readonly name: string;
  readonly logoUri: string | null;
  readonly clientUri: string | null;
  readonly type: "confidential" | "public";
  readonly authMethod: ClientAuthMethod;
  /** The JWK Set of `private_key_jwt` as JSON, or where to read it. */
  readonly jwks: string | null;
  readonly jwksUri: string | null;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** URIs of RESOURCES. The client gets tokens for no others. */
  readonly resources: readonly string[];
  readonly scopes: readonly string[];
  /** An app of the operator's own team. */
  readonly isFirstParty: boolean;
  readonly requiresPushedRequests: boolean;
  readonly idTokenAlg: SigningAlg;
  /** Null: the lifetime of the configuration. */
  readonly accessTokenTtl: number | null;
  readonly refreshIdleTtl: number | null;
  readonly refreshMaxTtl: number | null;
  readonly refreshGraceSeconds: number | null;
  readonly rotatesRefreshTokens: boolean;
  readonly backchannelLogoutUri: string | null;
  readonly source: ClientSource;
  /** When the metadata document must be read again; null for a client of another source. */
  readonly metadataExpiresAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastUsedAt: number | null;
};

/** A secret of a confidential client, as the store keeps it. */
export type ClientSecret = {
  readonly id: string;
  /** SHA-256, base64url. */
  readonly secretHash: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
};

/** The part of the client store that finds clients, for other folders. */
export type ClientDirectory = {
  find(clientId: string, now: number): Promise<ClientWithSecrets | null>;
  /** Inserts or replaces a client of a metadata document. A client that was registered otherwise stays unchanged. */
  saveMetadata(client: Client): Promise<void>;
};

/** A client with the hashes of its secrets that have not expired. */
export type ClientWithSecrets = { readonly client: Client; readonly secretHashes: readonly string[] };

/** Whether an operator has registered the client. Otherwise it chose its own name, logo and redirect URIs. */
export const isRegisteredByOperator = ({ source }: Pick<Client, "source">): boolean =>
  source === "admin" || source === "configuration";

/**
 * Whether a client may introspect the tokens of a resource (RFC 7662 §4): an operator has registered it for the resource.
 * A client that has registered itself may request the resource, but does not serve it.
 */
export const isResourceServer = (client: Pick<Client, "resources" | "source">, resource: string): boolean =>
  isRegisteredByOperator(client) && client.resources.includes(resource);
