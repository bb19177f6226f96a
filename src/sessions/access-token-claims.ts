import type { Role } from "../accounts/account.ts";

/** What every access token says. Instants in seconds. */
type TokenClaims = {
  readonly clientId: string;
  /** The resource, the userinfo URL, or both. */
  readonly audiences: readonly string[];
  /** Empty for the service's own client, whose tokens have no scopes. */
  readonly scope: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
};

/** The claims of a verified token of a user. Only D1 knows whether the session is still live. */
export type AccessTokenClaims = TokenClaims & {
  readonly kind: "user";
  readonly accountId: string;
  readonly sessionId: string;
  readonly role: Role;
  /** Null in a token of a client without the scope `email`. */
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** Null in a token of a client without the scope `profile`. */
  readonly name: string | null;
  readonly amr: readonly string[];
  readonly acr: string;
  /** The last authentication of the user. */
  readonly authTime: number;
  /** Whether the session was restricted when the token was issued (`SessionRestriction`). */
  readonly isRestricted: boolean;
};

/** The claims of a verified token that a client got for itself (RFC 6749 §4.4). */
export type MachineTokenClaims = TokenClaims & { readonly kind: "machine" };
