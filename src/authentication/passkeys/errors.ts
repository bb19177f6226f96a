import type { ErrorCode } from "../../core/error-codes.ts";
import type { AddPasskeyFailure } from "./add-passkey.ts";
import type { PasskeySignInFailure } from "./sign-in-with-passkey.ts";

export const passkeySignInErrors = {
  not_accepted: "invalid_credentials",
  unknown_credential: "invalid_credentials",
  changed_meanwhile: "invalid_credentials",
  user_not_verified: "user_verification_required",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
  locked: "too_many_attempts",
  send_cap: "rate_limited",
  rate_limited: "rate_limited",
} as const satisfies Record<PasskeySignInFailure["reason"], ErrorCode>;

/** In place of the message of `conflict`. */
export const ADD_PASSKEY_CONFLICTS: { readonly [Reason in AddPasskeyFailure["reason"]]?: string } = {
  already_registered: "This passkey is registered already.",
  too_many_passkeys: "The account has as many passkeys as one account may have. Remove one first.",
};

export const addPasskeyErrors = {
  passkeys_off: "not_found",
  not_accepted: "passkey_invalid",
  already_registered: "conflict",
  too_many_passkeys: "conflict",
  reauthentication_required: "reauthentication_required",
} as const satisfies Record<AddPasskeyFailure["reason"], ErrorCode>;
