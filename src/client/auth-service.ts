import type { Role, VerifyResult } from "./session.ts";

// The RPC interface of Gatehouse. The service's class implements it, which TypeScript checks.

/** Failures that every method can return. */
export type CallFailure =
  /** A store did not answer. Retry later; nothing was decided. */
  | "unavailable"
  /** The arguments are invalid. */
  | "bad_request"
  /** The binding's props do not allow the method, or are not props of this service. */
  | "forbidden";

export type Failed<Reason extends string = never> = {
  readonly ok: false;
  readonly reason: Reason | CallFailure;
};

/** An account, as `GET /me` shows it. Dates in ISO 8601. */
export type User = {
  readonly id: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly age: number | null;
  readonly email: string;
  readonly isVerified: boolean;
  /** E.164. */
  readonly phone: string | null;
  readonly isPhoneVerified: boolean;
  readonly avatarUrl: string | null;
  readonly role: Role;
  readonly isActive: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** The administrative permissions. */
export type Permission =
  | "users:list"
  | "users:read"
  | "users:invite"
  | "users:edit"
  | "users:activate"
  | "users:deactivate"
  | "users:unlock"
  | "users:reset-password"
  | "users:end-sessions"
  | "users:set-avatar"
  | "users:set-role"
  | "users:delete"
  | "audit:read"
  | "mail:read"
  | "clients:manage";

/** A verified API key of a user, and its owner as the account is now. */
export type ApiKey = {
  /** The public part of the key. */
  readonly id: string;
  /** The name that its owner gave it. */
  readonly name: string;
  readonly userId: string;
  /** The URI of the resource that it is for. */
  readonly resource: string;
  /** The scopes that it grants. An API must check them: a key may have fewer rights than its owner. */
  readonly scopes: readonly string[];
  readonly role: Role;
  readonly email: string;
  readonly emailVerified: boolean;
  /** The first name of its owner. */
  readonly userName: string;
  /** Seconds since the epoch. Null: it does not expire. */
  readonly expiresAt: number | null;
};

export type VerifyApiKeyResult =
  | { readonly ok: true; readonly key: ApiKey }
  /**
   * `key_invalid`: malformed, unknown or revoked, or its owner may not sign in. The others are of a key that is right:
   * `audience_mismatch` for another resource, `insufficient_scope` without one of the scopes.
   */
  | Failed<"key_invalid" | "key_expired" | "audience_mismatch" | "insufficient_scope">;

/**
 * The methods of a service binding to the entrypoint `AuthService`. Each returns a union and does not throw
 * when a store is down. The platform throws when the service itself is unreachable; the caller catches that
 * (`createVerifier` does).
 */
export interface AuthServiceBinding extends RemovedMethods {
  /**
   * Verifies an access token. The expected audience is that of the binding (`props.audience`), else that of the
   * options, else Gatehouse's own API. Each names a resource by its URI or its alias. By default: signature, claims and
   * revocation list. With `strict`: also session and account in D1, exact at this instant.
   */
  verifyToken(
    token: string,
    options?: { readonly audience?: string; readonly strict?: boolean },
  ): Promise<VerifyResult>;

  /**
   * Verifies an API key of a user, exact at this instant: one D1 query, or none if the checksum of the key is wrong. The
   * expected resource is that of the binding (`props.audience`), else that of the options, else the only one.
   * `scopes`: those that the key must have.
   */
  verifyApiKey(
    key: string,
    options?: { readonly audience?: string; readonly scopes?: readonly string[] },
  ): Promise<VerifyApiKeyResult>;

  getUser(id: string): Promise<{ readonly ok: true; readonly user: User } | Failed<"not_found">>;

  /** Takes at most 100 ids. Unknown ids are left out; the order is that of the ids. */
  getUsers(ids: readonly string[]): Promise<{ readonly ok: true; readonly users: readonly User[] } | Failed>;

  /** Ends one session. `ended` is false if there was no live session with that id. */
  revokeSession(sessionId: string): Promise<{ readonly ok: true; readonly ended: boolean } | Failed>;

  /** Ends every session of a user. */
  revokeUser(userId: string): Promise<{ readonly ok: true } | Failed<"not_found" | "conflict">>;

  /** Whether the account has the permission now. Unknown and deactivated accounts have none. */
  can(
    userId: string,
    permission: Permission,
  ): Promise<{ readonly ok: true; readonly allowed: boolean } | Failed>;
}

// The service has none of the following methods any more. The sign-in of client/hono still refers to them.

/** The user's client, as the calling Worker sees it. The audit log and the known-device check use it. */
export type Client = {
  /** `CF-Connecting-IP` of the user's request, or null. */
  readonly ip: string | null;
  /** `User-Agent` of the user's request, or null. Cut to 256 characters. */
  readonly userAgent: string | null;
  /** The `deviceToken` of an earlier sign-in on this device. */
  readonly deviceToken?: string;
};

/** The tokens of a session. Lifetimes in seconds. */
export type Tokens = {
  /** The access token: a JWT of type at+jwt (RFC 9068). */
  readonly token: string;
  readonly tokenType: "Bearer";
  readonly expiresIn: number;
  /** Single use. Each refresh returns its successor. */
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
};

export type SignedIn = Tokens & {
  /** Identifies this device. Send it with the next sign-in. Absent after an authorization code of the sign-in page, unless a known device token was sent. */
  readonly deviceToken?: string;
  readonly sessionId: string;
  readonly user: {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly isVerified: boolean;
    readonly role: Role;
  };
};

export type ExchangeResult =
  | ({ readonly ok: true } & SignedIn)
  /** The mailed code is required: send it with this challenge to `POST /api/auth/login/otp`. `expiresIn` in seconds. */
  | {
      readonly ok: false;
      readonly reason: "second_factor_required";
      readonly challengeId: string;
      readonly expiresIn: number;
    }
  /** `retryAfter` in seconds. */
  | {
      readonly ok: false;
      readonly reason: "too_many_attempts" | "rate_limited";
      readonly retryAfter: number;
    }
  /** `code_invalid`: the code is unknown, used, older than a minute, or bound to another verifier. */
  | Failed<"code_invalid" | "email_not_verified" | "account_deactivated">;

export interface RemovedMethods {
  /** Exchanges an authorization code for a session: once, within a minute, with its PKCE verifier (RFC 7636). */
  exchangeCode(exchange: {
    readonly code: string;
    readonly codeVerifier: string;
    readonly client: Client;
    readonly audience?: string;
  }): Promise<ExchangeResult>;

  /** Exchanges a refresh token for its successor and a new access token. */
  refreshSession(refresh: {
    readonly refreshToken: string;
    readonly client: Client;
    readonly audience?: string;
  }): Promise<({ readonly ok: true; readonly sessionId: string } & Tokens) | Failed<"refresh_invalid">>;

  /**
   * Ends the session of a refresh token, also of an earlier generation. An app needs no other right to sign out
   * its own users. Idempotent.
   */
  signOut(input: {
    readonly refreshToken: string;
    /** For the audit log. */
    readonly client?: Client;
  }): Promise<{ readonly ok: true } | Failed<"refresh_invalid">>;
}
