import { MINUTE } from "../../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { scopeText } from "../scopes.ts";
import type { ValidRequest } from "./authorization-request.ts";

/** Milliseconds between the redirect and the redemption. RFC 6749 §4.1.2 allows ten minutes at most. */
const AUTHORIZATION_CODE_TTL_MS = MINUTE;

/** The stored row of a code, apart from the session and the grant. */
export type NewAuthorizationCode = {
  readonly codeHash: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly scope: string;
  readonly nonce: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
};

export async function newAuthorizationCode(
  { redirectUri, codeChallenge, scopes, nonce }: ValidRequest,
  now: number,
): Promise<{ readonly code: string; readonly row: NewAuthorizationCode }> {
  const code = newOneTimeToken();
  return {
    code,
    row: {
      codeHash: await hashOneTimeToken(code),
      redirectUri,
      codeChallenge,
      scope: scopeText(scopes),
      nonce,
      createdAt: now,
      expiresAt: now + AUTHORIZATION_CODE_TTL_MS,
    },
  };
}
