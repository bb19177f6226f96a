import type { Account } from "../accounts/account.ts";

/** The client of the service's own pages and API. Every other client is registered (`oauth_clients`). */
export const FIRST_PARTY_CLIENT = "gatehouse";

/**
 * A session of this service's own client, to be stored. Instants in milliseconds. The sessions of OAuth clients are
 * opened by `oauth/token`.
 */
export type NewSession = {
  readonly id: string;
  readonly accountId: string;
  /** Authentication methods (RFC 8176), such as `pwd`. */
  readonly amr: readonly string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  /** The authentication. */
  readonly authTime: number;
  /** The audience that the first access token is issued for. */
  readonly audience: string;
  /** The audience of this service: the only one while the deletion of the account is pending. */
  readonly ownAudience: string;
  /** The known device that signs in. */
  readonly deviceId: string;
  /** Null: the session may do all that its account may. */
  readonly restriction: "enrol_second_factor" | null;
  /** Whether the device was known before this sign-in. */
  readonly isKnownDevice: boolean;
  /** False: its cookies end with the browser session. */
  readonly isPersistent: boolean;
  /** False: it has not shown the second factor of its account, so the sign-in is no confirmation for sensitive changes. */
  readonly isConfirmed: boolean;
};

/**
 * What a session is limited to. `enrol_second_factor`: the policy requires a second factor that the account does not
 * have. `deletion_pending`: the user has requested the deletion of the account.
 */
export type SessionRestriction = "enrol_second_factor" | "deletion_pending";

/** The columns of a session that refresh and revocation need. */
export type SessionState = {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  /** Null in a session of an OAuth client that has no resource. */
  readonly audience: string | null;
  readonly userAgent: string | null;
  readonly amr: readonly string[];
  /** The generation of the current refresh token. */
  readonly generation: number;
  /** Generations before the current one that were issued, but never presented. Their tokens are void. */
  readonly voidedGenerations: number;
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** The last authentication that reached the session's `acr` (`auth_time`). */
  readonly authenticatedAt: number;
  /** The last sign-in or reauthentication by any method. */
  readonly confirmedAt: number;
  readonly deviceId: string | null;
  /** The scopes of an OAuth client's session, space-separated; null for the others. */
  readonly scope: string | null;
  /** Whether the device was known before this sign-in. */
  readonly isKnownDevice: boolean;
  /** False: its cookies end with the browser session. */
  readonly isPersistent: boolean;
};

/** One session of `GET /sessions`. Instants in milliseconds. */
export type SessionSummary = {
  readonly id: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The name of the OAuth client that owns the session; null for a session of this service. */
  readonly app: string | null;
};

/** The authenticated session and account of a request, read from D1 for this request. */
export type CurrentSession = {
  readonly sessionId: string;
  /** The client that the session belongs to. */
  readonly clientId: string;
  /** The last authentication that reached the session's `acr` (ms): `auth_time` of its tokens. */
  readonly authenticatedAt: number;
  /** The last sign-in or reauthentication by any method (ms). Sensitive changes depend on it. */
  readonly confirmedAt: number;
  /** The known device that signed in, if any. */
  readonly deviceId: string | null;
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[];
  /** Null: the session may do all that its account may. */
  readonly restriction: SessionRestriction | null;
  /** Whether the device was known before this sign-in. */
  readonly isKnownDevice: boolean;
  /** When the user has to enrol a required second factor (ms). Null: never, as far as a sign-in has found. */
  readonly enrolmentDueAt: number | null;
  readonly account: Account;
};

/** An access token, and its transport. */
export type PresentedToken = { readonly token: string; readonly by: "bearer" | "cookie" };
