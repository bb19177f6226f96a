import { accountErrors } from "../../../accounts/errors.ts";
import type { Clock } from "../../../core/clock.ts";
import { formFailure } from "../../../ui/form-error.ts";
import type { FormFailure, PageContext } from "../../../ui/page.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import type { PasswordFailure } from "../reauthenticate.ts";
import { redirectToConfirmation } from "./require-confirmation.ts";

/** What a page answers to a failed password confirmation: a refusal, or the confirmation by the second factor. */
export function reauthenticationError(
  c: PageContext,
  deps: { readonly clock: Clock },
  failure: PasswordFailure,
  field: "password" | "currentPassword" = "password",
): FormFailure | Response {
  switch (failure.reason) {
    case "locked":
      return formFailure(c, accountErrors.locked, failure);
    case "reauthentication_required":
      return redirectToConfirmation(c, deps);
    case "wrong_password":
      return { code: "invalid_credentials", problems: { [field]: wordsOf(c).problems.wrongPassword } };
  }
}
