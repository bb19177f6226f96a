import type { JWTPayload } from "jose";
import type { Account } from "../accounts/account.ts";
import { SECOND } from "../core/clock.ts";
import { acrOf } from "./acr.ts";

type AuthenticatedSession = {
  readonly id: string;
  readonly amr: readonly string[];
  /** Milliseconds. */
  readonly authenticatedAt: number;
};

/** The claims about a session and its last authentication, in access tokens and ID tokens. */
export const sessionClaims = ({ id, amr, authenticatedAt }: AuthenticatedSession): JWTPayload => ({
  sid: id,
  auth_time: Math.floor(authenticatedAt / SECOND),
  acr: acrOf(amr),
  amr: [...amr],
});

/** The claims of the scope `email` (OpenID Connect Core §5.4). */
export const emailClaims = ({ email, emailVerifiedAt }: Account): JWTPayload => ({
  email,
  email_verified: emailVerifiedAt !== null,
});
