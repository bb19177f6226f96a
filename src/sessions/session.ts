import type { Account } from "../accounts/account.ts";

/** The client of the service's own pages and API. A session of an app has the app's origin as its client. */
export const FIRST_PARTY_CLIENT = "gatehouse";

/** A session to be stored. Instants in milliseconds. */
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
  /** Set for a session of an app; null for a session of this service. */
  readonly app: AppSession | null;
  /** The last authentication. A child session has its parent's. */
  readonly authTime: number;
  /** `FIRST_PARTY_CLIENT`, or the origin of the app. */
  readonly clientId: string;
  /** The audience that the first access token is issued for. A session of an app is limited to it. */
  readonly audience: string;
  /** The exchange of the authorization code that opened the session; null for another sign-in. */
  readonly codeClaim: string | null;
  /** The known device that signs in. Null for a child session. */
  readonly deviceId: string | null;
  /** The consent and the scopes of an OAuth client's session; null for a session of this service. */
  readonly grant: SessionGrantScope | null;
};

/** `scope`: space-separated. */
export type SessionGrantScope = { readonly grantId: string; readonly scope: string };

/** A session that belongs to an app. With a parent it is a child session, which ends with the parent. */
export type AppSession = {
  /** The session that issued the authorization code. Null if the code was issued for an identity. */
  readonly parentId: string | null;
  /** The origin that received the code, such as `https://notes.example.com`. */
  readonly origin: string;
};

/** The columns of a session that refresh and revocation need. */
export type SessionState = {
  readonly id: string;
  readonly accountId: string;
  readonly clientId: string;
  /** Null in sessions from before migration 0011. */
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
  /** The last sign-in or reauthentication. */
  readonly authenticatedAt: number;
  readonly deviceId: string | null;
  /** The scopes of an OAuth client's session, space-separated; null for the others. */
  readonly scope: string | null;
};

/** One session of `GET /sessions`. Instants in milliseconds. */
export type SessionSummary = {
  readonly id: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The name of the OAuth client that owns the session, or the origin of its app; null for one of this service. */
  readonly app: string | null;
};

/** The authenticated session and account of a request, read from D1 for this request. */
export type CurrentSession = {
  readonly sessionId: string;
  /** The client that the session belongs to. */
  readonly clientId: string;
  /** The last sign-in or reauthentication (ms). */
  readonly authenticatedAt: number;
  /** The known device that signed in, if any. */
  readonly deviceId: string | null;
  readonly account: Account;
};

/** An access token, and its transport. */
export type PresentedToken = { readonly token: string; readonly by: "bearer" | "cookie" };
