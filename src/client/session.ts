/** `user` < `admin` < `superuser`. */
export type Role = "user" | "admin" | "superuser";

/** From the least to the most. */
export const ROLES: readonly Role[] = ["user", "admin", "superuser"];

/** Who is calling. Instants in seconds since the epoch, as in the token. */
export type VerifiedSession = {
  readonly userId: string;
  readonly sessionId: string;
  /** The audience that the token was issued for. */
  readonly audience: string;
  /** As the token says it; as the account has it now, where it was asked strictly. So are email and name. */
  readonly role: Role;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  /** How they proved who they are (RFC 8176), such as `pwd` and `otp`; `fed` is a provider's word. */
  readonly amr: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
};

/** Why a token lets nobody in. */
export type VerifyFailure =
  /** It is no access token of this issuer, or not whole. */
  | "token_invalid"
  | "token_expired"
  /** It is a good token, for somebody else. */
  | "audience_mismatch"
  /** Signed out, revoked, deactivated: the token would be good otherwise. */
  | "session_ended"
  /** Whoever could tell did not answer. Says nothing about the token. */
  | "unavailable"
  /** The question is wrong, not the token: arguments of other types, an audience that nobody has. */
  | "bad_request"
  /** The binding's props do not allow the question. */
  | "forbidden";

export type VerifyResult =
  | { readonly ok: true; readonly session: VerifiedSession }
  | { readonly ok: false; readonly reason: VerifyFailure };

/** Whether that is one, each part of it of its type: what comes from elsewhere no compiler has seen. */
export function isSession(given: unknown): given is VerifiedSession {
  const session = given as VerifiedSession | null | undefined;
  const { userId, sessionId, audience, role, email, emailVerified, name, amr } = session ?? {};
  return (
    [userId, sessionId, audience, email, name].every((text) => typeof text === "string") &&
    [session?.issuedAt, session?.expiresAt].every(Number.isFinite) &&
    ROLES.some((known) => known === role) &&
    typeof emailVerified === "boolean" &&
    Array.isArray(amr)
  );
}
