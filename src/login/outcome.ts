import type { Account } from "../accounts/account.ts";
import type { IssuedTokens } from "../sessions/issue-tokens.ts";

/** A full sign-in, by whichever way. */
export type SignedIn = {
  readonly kind: "signed_in";
  readonly tokens: IssuedTokens;
  readonly account: Account;
  readonly sessionId: string;
  /** For the client to keep and send back, so that this device is known next time. */
  readonly deviceToken: string;
};

/** A right password where a second step is due: no token of any kind. `expiresIn` in seconds. */
export type SecondStepDue = {
  readonly kind: "second_step";
  readonly challengeId: string;
  readonly expiresIn: number;
};

export type LoginFailure =
  | {
      readonly reason:
        | "no_such_account"
        | "wrong_password"
        | "changed_meanwhile"
        | "email_not_verified"
        | "account_deactivated"
        | "captcha_required"
        | "captcha_failed"
        | "captcha_unavailable"
        | "code_wrong";
    }
  /** `retryAfter` in seconds. */
  | { readonly reason: "locked" | "send_cap"; readonly retryAfter: number };
