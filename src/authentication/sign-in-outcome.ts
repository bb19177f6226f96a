import type { Account } from "../accounts/account.ts";
import type { IssuedTokens } from "../sessions/issue-tokens.ts";

/** A full sign-in, by whichever way. */
export type SignedIn = {
  readonly kind: "signed_in";
  readonly tokens: IssuedTokens;
  readonly account: Account;
  readonly sessionId: string;
  /** For the client to keep and send back, so that this device is known next time; null where nothing was proven that would make it so. */
  readonly deviceToken: string | null;
};

/** A right first step where a second one is due: no token of any kind. `expiresIn` in seconds. */
export type SecondFactorRequired = {
  readonly kind: "second_factor_required";
  readonly challengeId: string;
  readonly expiresIn: number;
};

/** Why a proven first step opened nothing. `retryAfter` in seconds. */
export type SignInFailure =
  | { readonly reason: "changed_meanwhile" }
  | { readonly reason: "locked" | "send_cap"; readonly retryAfter: number };
