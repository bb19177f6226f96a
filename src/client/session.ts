/** `user` < `admin` < `superuser`. */
export type Role = "user" | "admin" | "superuser";

/** In ascending order of rights. */
export const ROLES: readonly Role[] = ["user", "admin", "superuser"];

/** A verified session. Instants in seconds since the epoch, as in the token. */
export type VerifiedSession = {
  readonly userId: string;
  readonly sessionId: string;
  /** The audience that the token was issued for. */
  readonly audience: string;
  /** The client that the token was issued to. Absent in the answer of an older service. */
  readonly clientId?: string;
  /** The scopes of the token. */
  readonly scopes?: readonly string[];
  /** From the token; with `strict`, as the account has it now. The same holds for email and name. */
  readonly role: Role;
  /** Absent in the token of a client without the scope `email`. */
  readonly email?: string;
  readonly emailVerified?: boolean;
  /** Absent in the token of a client without the scope `profile`. */
  readonly name?: string;
  /** Authentication methods (RFC 8176), such as `pwd` and `otp`; `fed` is a federated login. */
  readonly amr: readonly string[];
  /** Authentication context class, such as `urn:gatehouse:acr:2fa`. */
  readonly acr?: string;
  /** When the user authenticated. */
  readonly authTime?: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
};

/** Why a token was rejected. */
export type VerifyFailure =
  /** Not an access token of this issuer, or malformed. */
  | "token_invalid"
  | "token_expired"
  /** Valid, but for another audience. */
  | "audience_mismatch"
  /** Signed out, revoked or deactivated; otherwise valid. */
  | "session_ended"
  /** The service or the key set did not answer. Nothing is known about the token. */
  | "unavailable"
  /** The call is invalid: arguments of other types, or an unknown audience. */
  | "bad_request"
  /** The binding's props do not allow the call. */
  | "forbidden";

export type VerifyResult =
  | { readonly ok: true; readonly session: VerifiedSession }
  | { readonly ok: false; readonly reason: VerifyFailure };

/** Checks the type of each member: TypeScript cannot check a value that arrives at run time. */
export function isSession(given: unknown): given is VerifiedSession {
  const session = given as VerifiedSession | null | undefined;
  const { userId, sessionId, audience, role, amr } = session ?? {};
  return (
    [userId, sessionId, audience].every((text) => typeof text === "string") &&
    [session?.issuedAt, session?.expiresAt].every(Number.isFinite) &&
    ROLES.some((name) => name === role) &&
    Array.isArray(amr) &&
    hasValidOptions(session ?? {})
  );
}

/** A token has the claims of its scopes only. */
const hasValidOptions = (session: Partial<VerifiedSession>): boolean =>
  [session.email, session.name, session.clientId, session.acr].every(isTextOrAbsent) &&
  (session.emailVerified === undefined || typeof session.emailVerified === "boolean") &&
  (session.authTime === undefined || Number.isFinite(session.authTime)) &&
  (session.scopes === undefined || Array.isArray(session.scopes));

const isTextOrAbsent = (value: unknown): boolean => value === undefined || typeof value === "string";
