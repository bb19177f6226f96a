import type { Account } from "../accounts/account.ts";
import type { IssuedTokens } from "../sessions/issue-tokens.ts";
import type { SecondFactorKind } from "./second-factor/policy.ts";

/** A completed sign-in, by any method. */
export type SignedIn = {
  readonly kind: "signed_in";
  readonly tokens: IssuedTokens;
  readonly account: Account;
  readonly sessionId: string;
  /** False: the cookies of the session end with the browser session. */
  readonly isPersistent: boolean;
  /**
   * The client keeps it and sends it with the next sign-in, so that the device is known then.
   */
  readonly deviceToken: string;
};

/** A verified first factor of an account that needs a second one. It has no token. `expiresIn` in seconds. */
export type SecondFactorRequired = {
  readonly kind: "second_factor_required";
  readonly challengeId: string;
  readonly expiresIn: number;
  /** The kinds of factor that may answer it. */
  readonly factors: readonly SecondFactorKind[];
  /** The kind that it asks for, and whose code has been sent. */
  readonly defaultFactor: SecondFactorKind;
  /** The message of the response: what the user has to do. */
  readonly prompt: string;
};

/** Why a verified first factor opened neither a session nor a challenge. `retryAfter` in seconds. */
export type SignInFailure =
  | { readonly reason: "changed_meanwhile" }
  | { readonly reason: "locked" | "send_cap" | "rate_limited"; readonly retryAfter: number };
