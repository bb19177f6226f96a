import type { FailureCode } from "../kernel/failure-codes.ts";
import type { ChangePasswordFailure } from "./change-password.ts";
import type { DeactivationFailure } from "./deactivate-account.ts";

type Reason = ChangePasswordFailure["reason"] | DeactivationFailure["reason"] | "username_taken";

export const accountFailures = {
  wrong_password: "invalid_credentials",
  password_refused: "validation_failed",
  last_superuser: "last_admin",
  username_taken: "username_taken",
} as const satisfies Record<Reason, FailureCode>;
