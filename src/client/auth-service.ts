import type { Role, VerifyResult } from "./session.ts";

// The RPC surface of Gatehouse as its callers see it. The service's class is held to it by TypeScript.

/** Every method's, where the service does not answer what was asked. */
export type CallFailure =
  /** A store that it needs did not answer. Ask again later; nothing is decided. */
  | "unavailable"
  /** The arguments are not what the method takes. */
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

/** What a person may do beyond their own account. */
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
  | "mail:read";

/** The person's own client, as the calling Worker sees it: for the trail, and for known devices. */
export type Client = {
  /** `CF-Connecting-IP` of the person's request, or null. */
  readonly ip: string | null;
  /** Its `User-Agent`, or null; cut to 256 characters. */
  readonly userAgent: string | null;
  /** The `deviceToken` of an earlier sign-in on this device. */
  readonly deviceToken?: string;
};

/** What a session is kept by. Lifetimes in seconds. */
export type Tokens = {
  /** The access token: a JWT of type at+jwt (RFC 9068). */
  readonly token: string;
  readonly tokenType: "Bearer";
  readonly expiresIn: number;
  /** Good for one use; its successor comes with every refresh. */
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
};

export type SignedIn = Tokens & {
  /** Keep it, and send it with the next sign-in, so that this device is known. Absent after a code of the sign-in page, unless a known one was sent. */
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
  /** The mailed code is due: `POST /api/auth/login/otp` takes it, with this challenge. Seconds. */
  | {
      readonly ok: false;
      readonly reason: "second_factor_required";
      readonly challengeId: string;
      readonly expiresIn: number;
    }
  /** Seconds after which asking again makes sense. */
  | {
      readonly ok: false;
      readonly reason: "too_many_attempts" | "rate_limited";
      readonly retryAfter: number;
    }
  /** `code_invalid`: wrong, used, older than a minute, or bound to another verifier. */
  | Failed<"code_invalid" | "email_not_verified" | "account_deactivated">;

/**
 * What a service binding to the entrypoint `AuthService` offers. Every method answers with a plain
 * union and throws nothing for an outage of its stores; what the platform throws when the service
 * itself cannot be reached is the caller's to catch (`createVerifier` does).
 */
export interface AuthServiceBinding {
  /**
   * Who the token speaks for. The audience is the binding's (`props.audience`), else the option's, else the
   * first of AUDIENCES; the token has to be for exactly that one. Fast by default: signature, claims and the
   * denylist. `strict`: session and account in D1, exact at this instant.
   */
  verifyToken(
    token: string,
    options?: { readonly audience?: string; readonly strict?: boolean },
  ): Promise<VerifyResult>;

  getUser(id: string): Promise<{ readonly ok: true; readonly user: User } | Failed<"not_found">>;

  /** At most 100 ids. Those that are nobody's are left out; the order is that of the ids. */
  getUsers(ids: readonly string[]): Promise<{ readonly ok: true; readonly users: readonly User[] } | Failed>;

  /** Signs one session out. `ended` is false where there was no live session of that id. */
  revokeSession(sessionId: string): Promise<{ readonly ok: true; readonly ended: boolean } | Failed>;

  /** Signs somebody out everywhere. */
  revokeUser(userId: string): Promise<{ readonly ok: true } | Failed<"not_found" | "conflict">>;

  /** Whether that account, as it is now, may do this. Nobody and deactivated accounts may do nothing. */
  can(
    userId: string,
    permission: Permission,
  ): Promise<{ readonly ok: true; readonly allowed: boolean } | Failed>;

  /** Trades the code of a redirect for a session: once, within a minute, with its PKCE verifier (RFC 7636). */
  exchangeCode(exchange: {
    readonly code: string;
    readonly codeVerifier: string;
    readonly client: Client;
    readonly audience?: string;
  }): Promise<ExchangeResult>;

  /** Spends a refresh token for its successor and a new access token. */
  refreshSession(refresh: {
    readonly refreshToken: string;
    readonly client: Client;
    readonly audience?: string;
  }): Promise<({ readonly ok: true; readonly sessionId: string } & Tokens) | Failed<"refresh_invalid">>;

  /**
   * Ends the session of a refresh token, whichever of its tokens that is: an app may sign out its own people
   * without a say about others. Signing out twice is signing out.
   */
  signOut(signingOut: {
    readonly refreshToken: string;
    /** For the trail. */
    readonly client?: Client;
  }): Promise<{ readonly ok: true } | Failed<"refresh_invalid">>;
}
