import type { Locale } from "../../core/locale.ts";

/** A mail to send, by kind. Its texts are in `texts/`. `url` is a complete link with a one-time token in its query. */
export type MailMessage =
  /** To a new account: verify the address. */
  | { readonly kind: "verify_email"; readonly url: string }
  /** To the owner of an address that was registered again. */
  | { readonly kind: "account_exists" }
  | { readonly kind: "reset_password"; readonly url: string }
  | { readonly kind: "password_changed" }
  /** Like `password_changed`, by a reset that also removed sign-in methods with an unverified address. */
  | { readonly kind: "sign_in_methods_reset" }
  /** The owner proved an address that a provider had only implied; sign-in methods with an unverified address ended. */
  | { readonly kind: "sign_in_methods_removed" }
  /** To the new address of an account: verify it. */
  /** `account`: the current address of the account that asks for it. Missing in messages of an earlier release. */
  | { readonly kind: "confirm_new_email"; readonly url: string; readonly account?: string }
  /** To an address that a user wants for their account, but that another account has. */
  | { readonly kind: "new_email_taken" }
  /** To the old address: a change was requested. */
  | { readonly kind: "email_change_requested" }
  /** To the old address: the change is done. */
  | { readonly kind: "email_changed" }
  | { readonly kind: "account_deactivated" }
  /** To the owner of a deactivated account, whose address was used to sign up, to sign in or for a reset. */
  | { readonly kind: "account_still_deactivated" }
  | { readonly kind: "account_activated" }
  /** The deletion was requested, by the user or the team. `until`: the instant (ms) until which it can be undone. */
  | { readonly kind: "account_deletion_requested"; readonly until: number }
  | { readonly kind: "account_deletion_cancelled" }
  | { readonly kind: "role_changed" }
  /** To a user whom an admin invited: choose a password. */
  | { readonly kind: "invitation"; readonly url: string }
  /** The same where the deployment has no passwords: accept the invitation. */
  | { readonly kind: "invitation_without_password"; readonly url: string }
  /** The second factor of a sign-in: six digits. */
  | { readonly kind: "login_code"; readonly code: string }
  /** The first factor of a sign-in: six digits. */
  | { readonly kind: "sign_in_code"; readonly code: string }
  /** The same, to an address without an account, which the code creates. */
  | { readonly kind: "sign_up_code"; readonly code: string }
  | { readonly kind: "new_device_sign_in" }
  /** A provider's account was linked as a sign-in method, or was removed. `provider`: its display name. */
  | { readonly kind: "identity_linked"; readonly provider: string }
  | { readonly kind: "identity_removed"; readonly provider: string }
  /** A passkey was added as a sign-in method. */
  | { readonly kind: "passkey_added" }
  /** The mailed second factor was turned on or off. */
  | { readonly kind: "second_factor_enabled" }
  | { readonly kind: "second_factor_disabled" }
  | { readonly kind: "sms_otp_enabled" }
  /** An admin requested the removal of all factors. The link cancels it. */
  | { readonly kind: "factor_removal_requested"; readonly url: string }
  | { readonly kind: "factor_removal_cancelled" }
  | { readonly kind: "factors_removed" }
  /** An authenticator app was added as a second factor. */
  | { readonly kind: "authenticator_added" }
  /** A second factor or a passkey was removed. */
  | { readonly kind: "factor_removed" }
  /** A sign-in asks for a passkey after the first factor from now on, or no longer. */
  | { readonly kind: "passkey_second_factor_on" }
  | { readonly kind: "passkey_second_factor_off" }
  /** A new set of recovery codes was created. */
  | { readonly kind: "recovery_codes_created" }
  /** A recovery code was used. `left`: the number of those that are left. */
  | { readonly kind: "recovery_code_used"; readonly left: string }
  /** A phone number was verified. */
  | { readonly kind: "phone_verified" }
  /** A verified phone number was removed or replaced. */
  | { readonly kind: "phone_removed" }
  /** An API key was created. `keyName`: its name, by the user. `resource`: a URI. */
  | { readonly kind: "api_key_created"; readonly keyName: string; readonly resource: string }
  /** Too many failed attempts to sign in. */
  | { readonly kind: "account_locked" }
  /** So many failed attempts that only a new password opens sign-in on unknown devices again. */
  | { readonly kind: "sign_in_stopped" }
  /** A refresh token was reused: the session was ended. */
  | { readonly kind: "session_ended_after_reuse" };

export type MailKind = MailMessage["kind"];

/** One attempt to send one mail to one recipient. */
export type EmailDelivery = {
  readonly message: MailMessage;
  readonly to: string;
  readonly recipientName: string | null;
  /** The account's locale, even if `to` is another address. */
  readonly locale: Locale;
  /** Milliseconds until the link or code expires. */
  readonly life: number;
  readonly idempotencyKey: string;
};
