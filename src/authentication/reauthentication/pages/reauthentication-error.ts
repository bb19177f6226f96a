import { accountErrors } from "../../../accounts/errors.ts";
import { refusalOf } from "../../../ui/form-error.ts";
import type { PageContext, Refusal } from "../../../ui/page.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { ConfirmationFailure } from "../confirm-password.ts";

/** The refusal that a page shows after a failed password confirmation. */
export const reauthenticationError = (
  c: PageContext,
  failure: ConfirmationFailure,
  field: "password" | "currentPassword" = "password",
): Refusal =>
  failure.reason === "locked"
    ? refusalOf(c, accountErrors.locked, failure)
    : { code: "invalid_credentials", problems: { [field]: wordsOf(c).problems.wrongPassword } };
