import type { APP_AUDIENCE } from "../../../support/client-app.ts";
import type { OWN_AUDIENCE } from "../../../support/resources.ts";
import type { Actor } from "./actors.ts";

// What a sequence has opened, sent and requested so far.

export type Audience = typeof OWN_AUDIENCE | typeof APP_AUDIENCE;

export type Role = "user" | "admin" | "superuser";

export type Account = {
  readonly id: string;
  email: string;
  verified: boolean;
  /** Null: the account has none. */
  password: string | null;
  role: Role;
  status: "active" | "deactivated";
  secondFactor: boolean;
  phone: string | null;
  phoneVerified: boolean;
  /** Who has registered the address, while it is unverified. */
  readonly registrants: Set<Actor>;
};

export type RefreshToken = { readonly value: string; readonly expiresAt: number };
export type AccessToken = { readonly value: string; readonly audience: Audience; readonly expiresAt: number };

export type Session = {
  readonly id: string;
  readonly accountId: string;
  readonly holder: Actor;
  /** Whether the app has opened it with an authorization code. */
  readonly isOfApp: boolean;
  readonly audience: Audience;
  /** For a session of the app: the browser's session under which it goes on. */
  parentId: string | null;
  readonly openedAt: number;
  readonly expiresAt: number;
  /** Why it has ended. */
  endedBy: string | null;
  idleExpiresAt: number;
  authenticatedAt: number;
  /** Whether `authenticatedAt` allows sensitive changes. Not after another session has set up the first second factor. */
  isConfirmed: boolean;
  /** Whether it has shown more than a password: a code, or at its sign-in a known device. */
  hasShownMore: boolean;
  rotatedAt: number;
  userAgent: string;
  /** The attacker has copied its tokens. */
  isCopied: boolean;
  /** Oldest first. */
  readonly refreshTokens: RefreshToken[];
  current: RefreshToken;
  /** The token that brought the current one. */
  lastPresented: RefreshToken | null;
  readonly accessTokens: AccessToken[];
};

export type LinkPurpose = "verify_email" | "change_email" | "reset_password" | "invite";

export type Link = {
  readonly token: string;
  readonly purpose: LinkPurpose;
  readonly accountId: string;
  readonly to: string;
  readonly causedBy: Actor;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Why it is void. */
  voidBy: string | null;
};

export type Challenge = {
  readonly id: string;
  readonly purpose: "login" | "phone" | "reauthentication";
  readonly accountId: string;
  readonly startedBy: Actor;
  /** The session that a right code reauthenticates. Null for the other purposes. */
  readonly sessionId: string | null;
  /** The recipient of its codes. */
  readonly to: string;
  code: string;
  readonly earlierCodes: string[];
  expiresAt: number;
  tries: number;
  voidBy: string | null;
};

export type Device = {
  readonly id: string;
  readonly token: string;
  readonly accountId: string;
  readonly email: string;
  readonly holder: Actor;
  /** False for the device token of a password reset, which replaces no second factor. */
  readonly hasSignedIn: boolean;
  forgottenBy: string | null;
  isStored: boolean;
};

export type AppCode = {
  readonly value: string;
  readonly sessionId: string;
  readonly holder: Actor;
  readonly expiresAt: number;
  isUsed: boolean;
  openedSessionId: string | null;
};

/** A redirect to a provider in progress. */
export type SocialRedirect = {
  /** The callback, relative to /api/auth. */
  readonly callback: string;
  /** The cookie that binds it to its browser. */
  readonly binding: string;
  readonly actor: Actor;
  readonly email: string;
  readonly verified: boolean;
  readonly user: {
    readonly id: number;
    readonly name: string;
    readonly email: string;
    readonly verified: boolean;
  };
  readonly expiresAt: number;
  isUsed: boolean;
};
