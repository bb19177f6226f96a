import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorCode } from "../core/error-codes.ts";

/** What the wire says for a code: the status, and a sentence fit for a person (contract §1). */
export const errorTable = {
  malformed_json: [400, "The request body is not valid JSON."],
  validation_failed: [400, "Some fields need another look."],
  token_invalid: [400, "Token is invalid or expired"],
  code_invalid: [400, "The code is wrong or has expired."],
  invalid_credentials: [401, "Invalid email or password"],
  unauthorized: [401, "Please sign in to do this."],
  refresh_invalid: [401, "The session has ended. Please sign in again."],
  email_not_verified: [403, "Email not verified"],
  account_deactivated: [403, "This account has been deactivated."],
  forbidden: [403, "You may not do this."],
  csrf_failed: [403, "This request did not come from a page that may make it. Please reload and try again."],
  captcha_required: [403, "Please show that you are not a robot, and try again."],
  captcha_failed: [403, "The check that you are not a robot did not succeed. Please try it again."],
  not_found: [404, "There is nothing here."],
  method_not_allowed: [405, "This address does not take that method."],
  username_taken: [409, "This username is taken."],
  user_still_active: [409, "This user is still active. Please deactivate them first."],
  last_admin: [409, "The last superuser has to stay."],
  last_sign_in_method: [409, "This is the only way to sign in. Please add another one first."],
  conflict: [409, "This does not fit how things stand now. Please look again."],
  payload_too_large: [413, "The request body is too large."],
  unsupported_media_type: [415, "Please send the body as application/json."],
  rate_limited: [429, "Too many requests. Please wait a little and try again."],
  too_many_attempts: [429, "Too many attempts have failed. Please wait a while and try again."],
  internal: [500, "Something went wrong on our side."],
  unavailable: [503, "The service is not available just now. Please try again in a moment."],
} as const satisfies Record<ErrorCode, readonly [ContentfulStatusCode, string]>;
