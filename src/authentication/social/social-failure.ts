import type { ConfirmationFailure } from "../reauthentication/confirm-password.ts";
import type { SignInFailure } from "../sign-in-outcome.ts";

/** Why a social sign-in, or a link, does not come about. */
export type SocialFailure =
  | SignInFailure
  | ConfirmationFailure
  | {
      readonly reason:
        | "unknown_provider"
        | "return_url_refused"
        | "challenge_missing"
        | "not_a_navigation"
        | "transaction_expired"
        | "wrong_kind_of_token"
        | "provider_refused"
        | "provider_unavailable"
        | "address_unverified"
        | "address_in_use"
        | "email_not_verified"
        | "account_deactivated"
        | "identity_taken"
        | "provider_linked"
        | "password_missing"
        | "refresh_token_missing"
        | "reauthentication_expired";
    };
