import type { Locale } from "../core/locale.ts";

/** `user` < `admin` < `superuser` (contract §3). */
export type Role = "user" | "admin" | "superuser";

export type AccountStatus = "active" | "deactivated";

/** An account as other features see it. Its type excludes the password hash. Instants in milliseconds. */
export type Account = {
  readonly id: string;
  readonly email: string;
  /** When the current address was verified; null: unverified. */
  readonly emailVerifiedAt: number | null;
  /** A provider implied the unverified address: the account may sign in, but is not known to belong to its owner. */
  readonly emailImplied: boolean;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly age: number | null;
  /** E.164. */
  readonly phone: string | null;
  /** When the current number was verified; null: unverified. */
  readonly phoneVerifiedAt: number | null;
  readonly avatarKey: string | null;
  /** Language of mails and texts; null: the default. */
  readonly locale: Locale | null;
  /** The text of a JSON object that the user reads and admins write. */
  readonly publicMetadata: string | null;
  readonly role: Role;
  readonly status: AccountStatus;
  /** When the account is erased; null: its user has not requested the deletion. */
  readonly deletionDueAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** What an account is signed in to with that `Account` does not contain and the lists of factors and identities do not. */
export type SignInMethods = {
  /** False for an invited user who has not chosen a password yet. */
  readonly hasPassword: boolean;
};

/** A profile change. An absent key leaves its field unchanged; null clears it. */
export type ProfileChange = {
  readonly name?: string;
  readonly lastName?: string | null;
  readonly username?: string | null;
  readonly age?: number | null;
};

/** The optional profile fields. REQUIRED_PROFILE_FIELDS can make them required. */
export const PROFILE_FIELDS = ["username", "lastName", "age"] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Usernames are unique regardless of case. */
export const usernameKey = (username: string): string => username.toLowerCase();
