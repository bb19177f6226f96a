import type { Role } from "../accounts/account.ts";

/** Live keys of one account. */
export const MAX_LIVE_KEYS = 25;
export const MAX_KEY_NAME_LENGTH = 64;

/** Days. */
export const DEFAULT_KEY_LIFETIME = 90;
export const MAX_KEY_LIFETIME = 366;

/** An API key, as its owner sees it. Instants in milliseconds. */
export type ApiKey = {
  /** The public part of the key. */
  readonly id: string;
  readonly name: string;
  /** The URI of its only resource, from RESOURCES. */
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** Null: it does not expire. */
  readonly expiresAt: number | null;
  /** The last use, exact to the hour. Null: never. */
  readonly lastUsedAt: number | null;
};

export type NewApiKey = Omit<ApiKey, "lastUsedAt"> & { readonly secretHash: string };

/** The owner of a key, who may sign in. */
type KeyOwner = {
  readonly accountId: string;
  readonly role: Role;
  readonly email: string;
  readonly emailVerified: boolean;
  /** The first name of the owner. */
  readonly ownerName: string;
};

/** A key in the store, with its owner. */
export type StoredApiKey = ApiKey & KeyOwner & { readonly secretHash: string };

/** A key that was verified. */
export type VerifiedApiKey = ApiKey & KeyOwner;
