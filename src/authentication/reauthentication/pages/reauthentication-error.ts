import { accountErrors } from "../../../accounts/errors.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, PageContext } from "../../../ui/page.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { PasswordFailure } from "../reauthenticate.ts";

/** The refusal that a page shows after a failed password confirmation. */
export const reauthenticationError = (
  c: PageContext,
  failure: PasswordFailure,
  field: "password" | "currentPassword" = "password",
): FormFailure =>
  failure.reason === "locked"
    ? formFailure(c, accountErrors.locked, failure)
    : { code: "invalid_credentials", problems: { [field]: wordsOf(c).problems.wrongPassword } };
