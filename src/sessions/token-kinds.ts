import type { SigningAlg } from "./signing-keys/signing-key.ts";

type TokenKind = {
  /** The `typ` header. It keeps one kind from being accepted as another (RFC 8725 §3.11). */
  readonly typ: "at+jwt" | "JWT" | "rt+jwt";
  /** The only algorithms that its verifiers accept. HS256: a derived key of this service. */
  readonly algs: readonly (SigningAlg | "HS256")[];
  /** Claims that each token of the kind has. */
  readonly claims: readonly string[];
  /** Claims that no token of the kind has. */
  readonly without: readonly string[];
  readonly acceptedAt: "its resource" | "the token endpoint, for its client" | "nowhere as a bearer token";
};

/** The signed tokens of this service. Verifiers take their requirements from this table, and tests are generated from it. */
export const TOKEN_KINDS = {
  // RFC 9068 §2.2
  userAccess: {
    typ: "at+jwt",
    algs: ["ES256"],
    claims: ["iss", "aud", "sub", "client_id", "sid", "jti", "iat", "exp", "auth_time", "acr", "amr", "role"],
    without: [],
    acceptedAt: "its resource",
  },
  // RFC 9700 §4.15: `sub` is the client, and no claim lets a resource server take it for a user.
  machineAccess: {
    typ: "at+jwt",
    algs: ["ES256"],
    claims: ["iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp"],
    without: ["sid", "auth_time", "acr", "amr", "role", "email", "email_verified", "name"],
    acceptedAt: "its resource",
  },
  // OpenID Connect Core §2. `nonce` is there if the request had one.
  idToken: {
    typ: "JWT",
    algs: ["RS256", "ES256"],
    claims: ["iss", "aud", "sub", "exp", "iat", "auth_time", "acr", "amr", "sid"],
    without: ["client_id", "scope", "jti"],
    acceptedAt: "nowhere as a bearer token",
  },
  refresh: {
    typ: "rt+jwt",
    algs: ["HS256"],
    claims: ["iss", "aud", "sub", "sid", "gen", "iat", "exp"],
    without: ["scope", "role", "email"],
    acceptedAt: "the token endpoint, for its client",
  },
} as const satisfies Record<string, TokenKind>;
