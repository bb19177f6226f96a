import { WRONG_PASSWORD } from "../../accounts/errors.ts";
import type { ErrorCode } from "../../core/error-codes.ts";
import type { RemovalFailure } from "./remove-identity.ts";
import type { SocialFailure } from "./social-failure.ts";

type Reason = SocialFailure["reason"] | RemovalFailure["reason"];

export const socialErrors = {
  unknown_provider: "not_found",
  return_url_refused: "validation_failed",
  challenge_missing: "validation_failed",
  wrong_kind_of_token: "validation_failed",
  not_a_navigation: "forbidden",
  transaction_expired: "token_invalid",
  provider_refused: "token_invalid",
  provider_unavailable: "unavailable",
  address_unverified: "email_not_verified",
  address_in_use: "conflict",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  identity_taken: "conflict",
  provider_linked: "conflict",
  password_missing: "validation_failed",
  refresh_token_missing: "validation_failed",
  wrong_password: "invalid_credentials",
  reauthentication_expired: "refresh_invalid",
  changed_meanwhile: "conflict",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
  not_linked: "not_found",
  last_sign_in_method: "last_sign_in_method",
} as const satisfies Record<Reason, ErrorCode>;

/** Where the code's own sentence would leave a person wondering. */
export const socialErrorMessages: { readonly [R in Reason]?: string } = {
  return_url_refused: "This is not a place that signing in may lead to.",
  challenge_missing: "An app on another origin has to bind its sign-in to itself by a code challenge.",
  not_a_navigation:
    "A provider is gone to by a person, and not by a part of a page. Please press its button.",
  wrong_kind_of_token: "This provider takes another kind of token.",
  transaction_expired: "This sign-in was used, is too old, or began in another browser. Please start again.",
  provider_refused: "The provider did not confirm who you are. Please start again.",
  provider_unavailable: "The provider does not answer just now. Please try again in a moment.",
  address_unverified:
    "The provider has no verified email address of yours. Please verify it there, and try again.",
  address_in_use:
    "There is an account with this email address already. Please sign in to it, and link this provider there.",
  identity_taken: "Somebody else already signs in with this account of the provider.",
  provider_linked: "Another account of this provider is already linked. Please remove that one first.",
  password_missing: "Your password is asked for again before something else may sign you in.",
  refresh_token_missing: "This session is asked for again before something else may sign you in.",
  wrong_password: WRONG_PASSWORD,
};
