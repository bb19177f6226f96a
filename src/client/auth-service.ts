import type { Recency } from "./recency.ts";
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

/** Any JSON object. */
export type JsonObject = Record<string, unknown>;

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
  /** When the account is erased. Null: its deletion was not requested. */
  readonly deletionDueAt: string | null;
  /** Data that admins and services keep with the account, and the user reads. */
  readonly publicMetadata: JsonObject | null;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** An answer to a custom field of the sign-up form (`SIGN_UP_FIELDS`). */
export type SignUpAnswer = {
  readonly field: string;
  readonly value: string | number | boolean;
  /** The version of what was accepted, such as terms. */
  readonly version: string | null;
  /** ISO 8601. */
  readonly answeredAt: string;
};

export type UserDetails = User & {
  readonly signUpAnswers: readonly SignUpAnswer[];
  /** Required fields without an answer, or with an answer to an earlier version. */
  readonly missingFields: readonly string[];
};

/** The administrative permissions. */
export type Permission =
  | "users:list"
  | "users:read"
  | "users:invite"
  | "users:edit"
  | "users:metadata"
  | "users:activate"
  | "users:deactivate"
  | "users:unlock"
  | "users:reset-password"
  | "users:end-sessions"
  | "users:remove-factors"
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
export interface AuthServiceBinding {
  /**
   * Verifies an access token. The expected audience is that of the binding (`props.audience`), else that of the
   * options, else Gatehouse's own API. Each names a resource by its URI or its alias. By default: signature, claims and
   * revocation list. With `strict`: also session and account in D1, exact at this instant. `maxAge` and `acrValues`: how
   * recently and how strongly the user must have authenticated, as the token says; with `strict`, as the session says.
   */
  verifyToken(
    token: string,
    options?: Recency & { readonly audience?: string; readonly strict?: boolean },
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

  /** With the private metadata, which the user must not see. */
  getUser(id: string): Promise<{ readonly ok: true; readonly user: UserDetails } | Failed<"not_found">>;

  /**
   * Replaces metadata of a user. An absent object stays, null clears it. Each is a JSON object of 8 KB and 32 levels at
   * most. The last write wins, for each of the two.
   */
  setUserMetadata(
    id: string,
    metadata: { readonly public?: JsonObject | null; readonly private?: JsonObject | null },
  ): Promise<{ readonly ok: true } | Failed<"not_found" | "conflict">>;

  /** Takes at most 100 ids. Unknown ids are left out; the order is that of the ids. */
  getUsers(ids: readonly string[]): Promise<{ readonly ok: true; readonly users: readonly User[] } | Failed>;

  /** Ends one session. `ended` is false if there was no live session with that id. */
  revokeSession(sessionId: string): Promise<{ readonly ok: true; readonly ended: boolean } | Failed>;

  /** Ends every session of a user. */
  revokeUser(userId: string): Promise<{ readonly ok: true } | Failed<"not_found" | "conflict">>;

  /**
   * Deletes a user. All access ends now; the account is erased after ACCOUNT_DELETION_DAYS, until which its user can sign
   * in and keep it. `immediately` erases it now. `deletionDueAt`: when it is erased, in ISO 8601; null: it is. The
   * binding must have the permission `delete`.
   */
  deleteUser(
    id: string,
    options?: { readonly immediately?: boolean },
  ): Promise<
    | { readonly ok: true; readonly deletionDueAt: string | null }
    /** `last_superuser`: at least one active superuser must remain. */
    | Failed<"not_found" | "last_superuser" | "changed_meanwhile">
  >;

  /** Undoes a deletion until it is due. The binding must have the permission `delete`. */
  cancelUserDeletion(
    id: string,
  ): Promise<{ readonly ok: true } | Failed<"not_found" | "not_pending" | "changed_meanwhile">>;

  /**
   * Everything that is stored about a user, as one JSON document of any length. The binding must have the permission
   * `export`.
   */
  exportUser(
    id: string,
  ): Promise<{ readonly ok: true; readonly json: ReadableStream<Uint8Array> } | Failed<"not_found">>;

  /** Whether the account has the permission now. Unknown and deactivated accounts have none. */
  can(
    userId: string,
    permission: Permission,
  ): Promise<{ readonly ok: true; readonly allowed: boolean } | Failed>;
}
