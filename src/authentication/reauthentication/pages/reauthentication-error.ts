import { accountErrors } from "../../../accounts/errors.ts";
import { refusalOf } from "../../../ui/form-error.ts";
import type { PageContext, Refusal } from "../../../ui/page.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { ConfirmationFailure } from "../confirm-password.ts";

/** What a page says when the password was asked for again, and was not right. */
export const reauthenticationError = (
  c: PageContext,
  failure: ConfirmationFailure,
  field: "password" | "currentPassword" = "password",
): Refusal =>
  failure.reason === "locked"
    ? refusalOf(c, accountErrors.locked, failure)
    : { code: "invalid_credentials", problems: { [field]: wordsOf(c).problems.wrongPassword } };
