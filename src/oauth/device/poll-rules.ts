import type { OAuthError } from "../oauth-error.ts";

/** A device request as a poll has found it. Instants in milliseconds. */
export type PolledRequest = {
  readonly state: "pending" | "approved" | "denied";
  readonly isUsed: boolean;
  readonly expiresAt: number;
  /** The seconds between two polls after this one, if it came too soon. */
  readonly slowedDownTo: number | null;
};

/**
 * Why a poll gets no tokens (RFC 8628 §3.5). Null: no request of this client has the code. An approved request gets none once
 * the session or the account that approved it has ended.
 */
export function refusePoll(request: PolledRequest | null, now: number): OAuthError {
  if (request === null || request.isUsed) return INVALID_GRANT;
  if (request.expiresAt <= now) return EXPIRED;
  if (request.state !== "pending") return DENIED;
  return request.slowedDownTo === null ? PENDING : slowDown(request.slowedDownTo);
}

const INVALID_GRANT: OAuthError = {
  error: "invalid_grant",
  description: "The device code is wrong or used, or was issued to another client.",
};
const EXPIRED: OAuthError = { error: "expired_token", description: "The device code has expired." };
const DENIED: OAuthError = {
  error: "access_denied",
  description: "The user has denied the request, or has ended the session that allowed it.",
};
const PENDING: OAuthError = { error: "authorization_pending", description: "The user has not decided yet." };
const slowDown = (interval: number): OAuthError => ({
  error: "slow_down",
  description: `The device polls too often. The interval is ${interval} seconds now.`,
});
