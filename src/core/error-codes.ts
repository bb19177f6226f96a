/** The stable codes of an error response (contract §1). `http/error-table.ts` has the status and message of each. */
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
  | "reauthentication_required"
  | "csrf_failed"
  | "captcha_required"
  | "captcha_failed"
  | "not_found"
  | "method_not_allowed"
  | "username_taken"
  | "user_still_active"
  | "user_not_verified"
  | "last_admin"
  | "last_sign_in_method"
  | "api_key_limit"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "too_many_attempts"
  | "internal"
  | "unavailable";

/** One invalid field of a request: its path, and a message for the user. */
export type FieldProblem = { readonly path: string; readonly message: string };
