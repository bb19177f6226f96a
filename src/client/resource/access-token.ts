import type { JWTPayload } from "jose";
import { ROLES, type Role } from "../session.ts";

/** A verified access token (RFC 9068). Instants in seconds since the epoch. */
export type AccessToken = UserToken | MachineToken;

type Common = {
  /** The client that the token was issued to. */
  readonly clientId: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** All claims, as they are in the token. */
  readonly claims: Readonly<Record<string, unknown>>;
};

/** A token with which a client acts for a user. */
export type UserToken = Common & {
  readonly kind: "user";
  readonly userId: string;
  readonly sessionId?: string;
  readonly role?: Role;
  /** With the scope `email`. */
  readonly email?: string;
  readonly emailVerified?: boolean;
  /** With the scope `profile`. */
  readonly name?: string;
  readonly authTime?: number;
  readonly acr?: string;
  readonly amr: readonly string[];
};

/** A token with which a client acts for itself (client credentials). */
export type MachineToken = Common & { readonly kind: "machine" };

/** Returns the claims if each has its type, which jose does not check. */
export function readAccessToken(claims: JWTPayload): AccessToken | null {
  const { iss, sub, client_id: clientId, scope = "", jti, iat, exp } = claims;
  if (typeof sub !== "string" || typeof clientId !== "string" || typeof scope !== "string") return null;
  if (iss === undefined || jti === undefined || iat === undefined || exp === undefined) return null;
  const common = {
    clientId,
    issuer: iss,
    scopes: scope.split(" ").filter((name) => name !== ""),
    tokenId: jti,
    issuedAt: iat,
    expiresAt: exp,
    claims,
  };
  // RFC 9700 §4.15: Gatehouse never gives a client the id of an account, so that the two cannot be confused.
  if (sub === clientId) return { kind: "machine", ...common };
  return { kind: "user", userId: sub, ...common, ...userClaims(claims) };
}

function userClaims({ sid, role, email, email_verified, name, auth_time, acr, amr }: JWTPayload) {
  return {
    sessionId: text(sid),
    role: ROLES.find((known) => known === role),
    email: text(email),
    emailVerified: typeof email_verified === "boolean" ? email_verified : undefined,
    name: text(name),
    authTime: typeof auth_time === "number" ? auth_time : undefined,
    acr: text(acr),
    amr: Array.isArray(amr) ? amr.map(String) : [],
  };
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
