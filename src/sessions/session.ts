import type { Account } from "../accounts/account.ts";

/** A new sign-in, ready to be stored. Instants in milliseconds. */
export type SessionDraft = {
  readonly id: string;
  readonly accountId: string;
  /** Authentication methods (RFC 8176), such as `pwd`. */
  readonly amr: readonly string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  /** Where a session of the pages sent its browser to: null for what was opened here. */
  readonly app: AppSession | null;
};

/** What makes a session an app's: it follows another, and ends with it. */
export type AppSession = {
  /** The session of the pages that its code was given to. */
  readonly parentId: string;
  /** Where the code was sent, such as `https://notes.example.com`. */
  readonly origin: string;
};

/** A session row as refresh and revocation need it. */
export type SessionState = {
  readonly id: string;
  readonly accountId: string;
  readonly amr: readonly string[];
  /** The generation of the refresh token that is good now. */
  readonly generation: number;
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
};

/** What `GET /sessions` shows of one. */
export type SessionSummary = {
  readonly id: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The origin of the app whose session it is; null for one of this service's own pages, or of a client. */
  readonly app: string | null;
};

/** The caller of a protected route, read from D1 for this very request. */
export type CurrentSession = { readonly sessionId: string; readonly account: Account };

/** An access token, and the way it came. */
export type PresentedToken = { readonly token: string; readonly by: "bearer" | "cookie" };
