import type { SignInFailure } from "../sign-in-outcome.ts";

/** Why a login ends without a session. */
export type LoginFailure =
  | SignInFailure
  | {
      readonly reason:
        | "no_such_account"
        | "wrong_password"
        | "email_not_verified"
        | "account_deactivated"
        | "captcha_required"
        | "captcha_failed"
        | "captcha_unavailable"
        | "code_incorrect";
    };
