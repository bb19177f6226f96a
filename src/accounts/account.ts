import type { Locale } from "../core/locale.ts";

/** `user` < `admin` < `superuser` (contract §3). */
export type Role = "user" | "admin" | "superuser";

export type AccountStatus = "active" | "deactivated";

/** An account as the rest of the service sees it. There is no password hash in it, by type. */
export type Account = {
  readonly id: string;
  readonly email: string;
  /** Instant at which the present address was proven, or null. */
  readonly emailVerifiedAt: number | null;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly age: number | null;
  /** E.164. */
  readonly phone: string | null;
  /** Instant at which the present number was proven, or null. */
  readonly phoneVerifiedAt: number | null;
  readonly avatarKey: string | null;
  /** What they are written to in; null is the default. */
  readonly locale: Locale | null;
  readonly role: Role;
  readonly status: AccountStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** What a person may change about themselves; a key that is absent stays as it is. */
export type ProfileChange = {
  readonly name?: string;
  readonly lastName?: string | null;
  readonly username?: string | null;
  readonly age?: number | null;
};

/** The profile fields that REQUIRED_PROFILE_FIELDS may make required. */
export const PROFILE_FIELDS = ["username", "lastName", "age"] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Usernames are one whatever their case. */
export const usernameKey = (username: string): string => username.toLowerCase();
