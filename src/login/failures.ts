import type { FailureCode } from "../kernel/failure-codes.ts";
import type { LoginRefusal } from "./rules.ts";

/** What the wire says. The log may know more; the caller may not. */
export const loginFailures = {
  no_such_account: "invalid_credentials",
  wrong_password: "invalid_credentials",
  changed_meanwhile: "invalid_credentials",
  email_not_verified: "email_not_verified",
  account_deactivated: "account_deactivated",
} as const satisfies Record<LoginRefusal, FailureCode>;
