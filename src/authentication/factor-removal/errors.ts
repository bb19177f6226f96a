import type { ErrorCode } from "../../core/error-codes.ts";
import type { CancelFactorRemovalFailure } from "./cancel-factor-removal.ts";
import type { RequestFactorRemovalFailure } from "./request-factor-removal.ts";

type Failure = RequestFactorRemovalFailure | CancelFactorRemovalFailure;

export const factorRemovalErrors = {
  no_such_user: "not_found",
  not_manageable: "forbidden",
  deactivated: "conflict",
  no_factors: "conflict",
  removal_pending: "factor_removal_pending",
  changed_meanwhile: "conflict",
  not_pending: "not_found",
} as const satisfies Record<Failure["reason"], ErrorCode>;

/** Messages that are more specific than the code's default message. */
export const factorRemovalMessages: Partial<Record<Failure["reason"], string>> = {
  deactivated: "This user is deactivated. Please activate them first.",
  no_factors: "This user has no factors.",
};
