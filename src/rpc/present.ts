import type { VerifiedApiKey } from "../api-keys/api-key.ts";
import type { ApiKey } from "../client/auth-service.ts";
import type { VerifiedSession } from "../client/session.ts";
import { SECOND } from "../core/clock.ts";
import type { AccessTokenClaims } from "../sessions/access-token-claims.ts";

// Each field is named, so that a new field of a use case does not leave the service over RPC by accident.

/** `audience`: the one that the caller required. */
export const presentSession = (claims: AccessTokenClaims, audience: string): VerifiedSession => ({
  userId: claims.accountId,
  sessionId: claims.sessionId,
  audience,
  clientId: claims.clientId,
  scope: claims.scope,
  role: claims.role,
  email: claims.email,
  emailVerified: claims.emailVerified,
  name: claims.name,
  amr: claims.amr,
  acr: claims.acr,
  authTime: claims.authTime,
  issuedAt: claims.issuedAt,
  expiresAt: claims.expiresAt,
});

export const presentApiKey = (key: VerifiedApiKey): ApiKey => ({
  id: key.id,
  name: key.name,
  userId: key.accountId,
  resource: key.resource,
  scopes: [...key.scopes],
  role: key.role,
  email: key.email,
  emailVerified: key.emailVerified,
  userName: key.ownerName,
  expiresAt: key.expiresAt === null ? null : Math.floor(key.expiresAt / SECOND),
});
