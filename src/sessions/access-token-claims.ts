import type { Role } from "../accounts/account.ts";

/** The claims of a verified token. Only D1 knows whether the session is still live. Instants in seconds. */
export type AccessTokenClaims = {
  readonly accountId: string;
  readonly sessionId: string;
  readonly audience: string;
  readonly role: Role;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly amr: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
};
