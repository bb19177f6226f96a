import type { Account } from "../accounts/account.ts";
import type { DeviceRecord } from "../authentication/known-devices/device-token.ts";
import type { EnabledFactor } from "../authentication/second-factor/second-factor.ts";
import { MINUTE } from "../core/clock.ts";
import { hashOneTimeToken, newOneTimeToken } from "../core/crypto/one-time-token.ts";

/** Milliseconds between the redirect and the exchange. */
const AUTHORIZATION_CODE_TTL_MS = MINUTE;

/** The parameters of a client application's authorization request. */
export type CodeRequest = {
  /** A URL that `judgeReturnUrl` has accepted. */
  readonly returnTo: string;
  /** The S256 code challenge (RFC 7636 §4.2). */
  readonly codeChallenge: string | null;
};

/** A session, and the generation of the refresh token that the caller has presented. */
export type PresentedSession = {
  readonly sessionId: string;
  readonly generation: number;
  /** The audience of this service, which the session must be for. */
  readonly ownAudience: string;
};

/** The stored row of a code: its hash, and the only origin that may exchange it. */
export type NewAuthorizationCode = {
  readonly codeHash: string;
  readonly origin: string;
  readonly codeChallenge: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** The session that a code was issued for. If that is a child session, its parent. */
export type ParentSession = {
  readonly id: string;
  readonly amr: string;
  readonly authTime: number;
  readonly expiresAt: number;
};

/** A code that has not expired, with its account. */
export type FoundAuthorizationCode = DeviceRecord & {
  readonly origin: string;
  readonly codeChallenge: string | null;
  /** The exchange that has used the code; null for an unused one. */
  readonly claim: string | null;
  readonly account: Account;
  readonly enabledFactors: readonly EnabledFactor[];
  /** The session that the code was issued for, while it is live; null for a code issued for an identity. */
  readonly parent: ParentSession | null;
};

/** Creates a code for a client application. The redirect carries no token (RFC 9700 §4.3.2). */
export async function newAuthorizationCode(
  { returnTo, codeChallenge }: CodeRequest,
  now: number,
): Promise<{ readonly code: string; readonly row: NewAuthorizationCode }> {
  const code = newOneTimeToken();
  const row = {
    codeHash: await hashOneTimeToken(code),
    origin: new URL(returnTo).origin,
    codeChallenge,
    createdAt: now,
    expiresAt: now + AUTHORIZATION_CODE_TTL_MS,
  };
  return { code, row };
}
