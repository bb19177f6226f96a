/** The stable codes of a failed answer (contract §1). The room `http` gives each its status and sentence. */
export type ErrorCode =
  | "malformed_json"
  | "validation_failed"
  | "token_invalid"
  | "code_invalid"
  | "invalid_credentials"
  | "unauthorized"
  | "refresh_invalid"
  | "email_not_verified"
  | "account_deactivated"
  | "forbidden"
  | "csrf_failed"
  | "captcha_required"
  | "captcha_failed"
  | "not_found"
  | "method_not_allowed"
  | "username_taken"
  | "user_still_active"
  | "last_admin"
  | "last_sign_in_method"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "too_many_attempts"
  | "internal"
  | "unavailable";

/** One field of a request that was refused: where it is, and what a person should do about it. */
export type FieldProblem = { readonly path: string; readonly message: string };
