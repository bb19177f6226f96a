/** `user` < `admin` < `superuser`. */
export type Role = "user" | "admin" | "superuser";

/** In ascending order of rights. */
export const ROLES: readonly Role[] = ["user", "admin", "superuser"];

/** A verified session. Instants in seconds since the epoch, as in the token. */
export type VerifiedSession = {
  readonly userId: string;
  readonly sessionId: string;
  /** The resource that the token was issued for: its URI. */
  readonly audience: string;
  /** The OAuth client that the token was issued to; `gatehouse` for the service's own pages and API. */
  readonly clientId: string;
  /** The scopes of the token. Empty for the service's own client. */
  readonly scope: readonly string[];
  /** From the token; with `strict`, as the account has it now. The same holds for email and name. */
  readonly role: Role;
  /** Null if the client was not granted the scope `email`. */
  readonly email: string | null;
  readonly emailVerified: boolean;
  /** Null if the client was not granted the scope `profile`. */
  readonly name: string | null;
  /** Authentication methods (RFC 8176), such as `pwd` and `otp`; `fed` is a federated login. */
  readonly amr: readonly string[];
  /** The authentication context: `urn:gatehouse:acr:1fa`, `urn:gatehouse:acr:2fa` or `phr` (a passkey that verified the user). */
  readonly acr: string;
  /** When the user last authenticated. With `strict`, as the session has it now, and so are `amr` and `acr`. */
  readonly authTime: number;
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
  /** The user must authenticate again, or by more: `maxAge` or `acrValues` is not met. */
  | "reauthentication_required"
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
  const { userId, sessionId, audience, clientId, acr, role, email, emailVerified, name } = session ?? {};
  return (
    [userId, sessionId, audience, clientId, acr].every((text) => typeof text === "string") &&
    [email, name].every((text) => text === null || typeof text === "string") &&
    [session?.authTime, session?.issuedAt, session?.expiresAt].every(Number.isFinite) &&
    ROLES.some((name) => name === role) &&
    typeof emailVerified === "boolean" &&
    Array.isArray(session?.amr) &&
    Array.isArray(session?.scope)
  );
}
