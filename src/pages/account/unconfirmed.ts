import type { ConfirmationFailure } from "../../accounts/confirm-password.ts";
import { accountFailures } from "../../accounts/failures.ts";
import type { PageContext, Refusal } from "../page.ts";
import { refusalOf } from "../refuse.ts";
import { wordsOf } from "../show-page.tsx";

/** What a page says when the password was asked for again, and was not right. */
export const unconfirmed = (
  c: PageContext,
  failure: ConfirmationFailure,
  field: "password" | "currentPassword" = "password",
): Refusal =>
  failure.reason === "locked"
    ? refusalOf(c, accountFailures.locked, failure)
    : { code: "invalid_credentials", problems: { [field]: wordsOf(c).problems.wrongPassword } };
