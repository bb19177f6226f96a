import { WRONG_PASSWORD } from "../../accounts/errors.ts";
import type { ErrorCode } from "../../core/error-codes.ts";
import type { SignUpRefusal } from "../../registration/sign-up-rules.ts";
import type { ReauthenticationFailure } from "../reauthentication/reauthenticate.ts";
import type { SignInFailure } from "../sign-in-outcome.ts";

/** Why a social login or the linking of an identity fails. */
export type SocialFailure =
  | SignInFailure
  | ReauthenticationFailure
  | {
      readonly reason:
        | SignUpRefusal
        | "unknown_provider"
        | "return_url_refused"
        | "not_a_navigation"
        | "transaction_expired"
        | "wrong_kind_of_token"
        | "provider_refused"
        | "provider_unavailable"
        | "address_unverified"
        | "address_in_use"
        | "address_unusable"
        | "invitation_open"
        | "id_token_used"
        | "email_not_verified"
        | "account_deactivated"
        | "identity_taken"
        | "provider_linked";
    };

/** Why an identity is not removed. */
export type RemovalFailure = {
  readonly reason: "not_linked" | "last_sign_in_method" | "reauthentication_required";
};

type Reason = SocialFailure["reason"] | RemovalFailure["reason"];

export const socialErrors = {
  sign_up_closed: "sign_up_closed",
  domain_not_allowed: "domain_not_allowed",
  disposable_address: "disposable_address",
  address_undeliverable: "address_undeliverable",
  unknown_provider: "not_found",
  return_url_refused: "validation_failed",
  wrong_kind_of_token: "validation_failed",
  not_a_navigation: "forbidden",
  transaction_expired: "token_invalid",
  provider_refused: "token_invalid",
  provider_unavailable: "unavailable",
  address_unverified: "email_not_verified",
  address_in_use: "conflict",
  address_unusable: "validation_failed",
  invitation_open: "conflict",
  id_token_used: "token_invalid",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  identity_taken: "conflict",
  provider_linked: "conflict",
  password_missing: "validation_failed",
  wrong_password: "invalid_credentials",
  reauthentication_expired: "refresh_invalid",
  changed_meanwhile: "conflict",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
  rate_limited: "rate_limited",
  not_linked: "not_found",
  last_sign_in_method: "last_sign_in_method",
  reauthentication_required: "reauthentication_required",
} as const satisfies Record<Reason, ErrorCode>;

/** Messages for the reasons that the error code's own message does not explain. */
export const socialErrorMessages: { readonly [R in Reason]?: string } = {
  return_url_refused: "The returnTo URL is not allowed.",
  not_a_navigation: "This URL must be opened as a top-level navigation.",
  wrong_kind_of_token: "This provider does not accept this kind of token.",
  transaction_expired:
    "This sign-in was already used, has expired or was started in another browser. Please start again.",
  provider_refused: "The provider did not confirm your identity. Please start again.",
  provider_unavailable: "The provider is not responding. Please try again in a moment.",
  address_unverified:
    "The provider has no verified email address for you. Please verify your address there and try again.",
  address_in_use:
    "An account with this email address already exists. Please sign in to it and link this provider there.",
  address_unusable:
    "The provider's email address for you has characters that look like others, such as full-width letters. Please use another address there.",
  invitation_open:
    "You have been invited with this email address. Please open the link in the invitation first.",
  id_token_used: "This token has already been used. Please sign in at the provider again.",
  identity_taken: "Another user already signs in with this account of the provider.",
  provider_linked: "Another account of this provider is already linked. Please remove that one first.",
  password_missing: "Your password is required to add a sign-in method.",
  wrong_password: WRONG_PASSWORD,
};
