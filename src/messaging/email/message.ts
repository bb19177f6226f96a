/**
 * What the service says by mail, without its words: those are in the catalogue. `url` is a whole
 * link whose query carries a one-time token.
 */
export type MailMessage =
  /** To a new account: prove the address. */
  | { readonly kind: "verify_email"; readonly url: string }
  /** To the owner of an address that somebody tried to register again. */
  | { readonly kind: "account_exists" }
  | { readonly kind: "reset_password"; readonly url: string }
  | { readonly kind: "password_changed" }
  /** The same, by a reset that has also taken away what signed in under another address. */
  | { readonly kind: "sign_in_methods_reset" }
  /** To the new address of an account: prove it. */
  | { readonly kind: "confirm_new_email"; readonly url: string }
  /** To the old address: a change was asked for. */
  | { readonly kind: "email_change_requested" }
  /** To the old address: the change is done. */
  | { readonly kind: "email_changed" }
  | { readonly kind: "account_deactivated" }
  | { readonly kind: "account_activated" }
  | { readonly kind: "role_changed" }
  /** To somebody whom an admin invited: choose a password. */
  | { readonly kind: "invitation"; readonly url: string }
  /** The second step of a sign-in: six digits. */
  | { readonly kind: "login_code"; readonly code: string }
  | { readonly kind: "new_device_sign_in" }
  /** A provider's account became a way to sign in, or is one no more. `provider`: what people call it. */
  | { readonly kind: "identity_linked"; readonly provider: string }
  | { readonly kind: "identity_removed"; readonly provider: string }
  /** The mailed second step was switched. */
  | { readonly kind: "second_factor_enabled" }
  | { readonly kind: "second_factor_disabled" }
  /** A number was proven to be the person's. */
  | { readonly kind: "phone_verified" }
  /** A proven number was removed, or another one took its place. */
  | { readonly kind: "phone_removed" }
  /** Too many failed attempts to sign in. */
  | { readonly kind: "account_locked" }
  /** A refresh token was used twice: the session was ended. */
  | { readonly kind: "session_ended_after_reuse" };

export type MailKind = MailMessage["kind"];
