import { MINUTE } from "../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../core/crypto/one-time-token.ts";

/** Milliseconds between the redirect and the app's request. */
const AUTHORIZATION_CODE_TTL_MS = MINUTE;

/** Where a code is sent, and whose it is there. */
export type Destination = {
  /** A URL that `judgeReturnUrl` gave. */
  readonly returnTo: string;
  /** S256 of a secret that the app keeps until it exchanges the code (RFC 7636 §4.2). */
  readonly codeChallenge: string | null;
};

/** A session, by the state that the refresh token of whoever asks names. */
export type HeldSession = { readonly sessionId: string; readonly generation: number };

/** A code as it is stored: by its hash, and for one origin. */
export type NewAuthorizationCode = {
  readonly codeHash: string;
  readonly origin: string;
  readonly codeChallenge: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A new code for an app on another origin: no token may travel in a URL (RFC 9700 §4.3.2). */
export async function newAuthorizationCode(
  { returnTo, codeChallenge }: Destination,
  now: number,
): Promise<{ readonly code: string; readonly draft: NewAuthorizationCode }> {
  const code = newOneTimeToken();
  const draft = {
    codeHash: await hashOneTimeToken(code),
    origin: new URL(returnTo).origin,
    codeChallenge,
    createdAt: now,
    expiresAt: now + AUTHORIZATION_CODE_TTL_MS,
  };
  return { code, draft };
}
