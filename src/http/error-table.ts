import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorCode } from "../core/error-codes.ts";

/** The HTTP status and the user-readable message of each error code (contract §1). */
export const errorTable = {
  malformed_json: [400, "The request body is not valid JSON."],
  validation_failed: [400, "Some fields are invalid."],
  token_invalid: [400, "Token is invalid or expired"],
  code_invalid: [400, "The code is wrong or has expired."],
  invalid_credentials: [401, "Invalid email or password"],
  unauthorized: [401, "Authentication is required."],
  refresh_invalid: [401, "The session has ended. Sign in again."],
  email_not_verified: [403, "Email not verified"],
  account_deactivated: [403, "This account is deactivated."],
  forbidden: [403, "Access denied."],
  reauthentication_required: [403, "Confirm your password and try again."],
  second_factor_enrolment_required: [403, "Set up two-step verification first."],
  account_deletion_pending: [403, "This account is being deleted. Sign in on the pages to keep it."],
  csrf_failed: [
    403,
    "The CSRF token or the origin of the request is invalid. Reload the page and try again.",
  ],
  captcha_required: [403, "A captcha is required. Complete it and try again."],
  captcha_failed: [403, "The captcha check failed. Try again."],
  not_found: [404, "Not found."],
  method_not_allowed: [405, "Method not allowed."],
  username_taken: [409, "This username is taken."],
  user_still_active: [409, "The user is still active. Deactivate the user first."],
  user_not_verified: [409, "The user has not verified their email address yet."],
  last_admin: [409, "At least one active superuser must remain."],
  last_sign_in_method: [409, "This is the account's only sign-in method. Add another one first."],
  api_key_limit: [409, "You have reached the number of API keys for an account. Revoke one first."],
  factor_removal_pending: [
    409,
    "The factors of this account are about to be removed. Cancel that first, or wait until it has happened.",
  ],
  conflict: [409, "The resource changed. Reload and try again."],
  payload_too_large: [413, "The request body is too large."],
  unsupported_media_type: [415, "The Content-Type must be application/json."],
  rate_limited: [429, "Too many requests. Try again later."],
  too_many_attempts: [429, "Too many failed attempts. Try again later."],
  internal: [500, "Internal server error."],
  unavailable: [503, "The service is temporarily unavailable. Try again later."],
} as const satisfies Record<ErrorCode, readonly [ContentfulStatusCode, string]>;
