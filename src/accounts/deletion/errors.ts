import type { ErrorCode } from "../../core/error-codes.ts";
import type { CancelDeletionFailure } from "./cancel-deletion.ts";
import type { DeletionFailure } from "./request-deletion.ts";

type Reason = (DeletionFailure | CancelDeletionFailure)["reason"];

export const deletionErrors = {
  reauthentication_required: "reauthentication_required",
  last_superuser: "last_admin",
  changed_meanwhile: "reauthentication_required",
  not_pending: "conflict",
} as const satisfies Record<Reason, ErrorCode>;
