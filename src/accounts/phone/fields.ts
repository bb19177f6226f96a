import * as z from "zod/mini";
import { parsePhoneNumber } from "../../core/phone-number.ts";
import { typedPhoneNumber } from "../../core/typed-text.ts";

/** Characters that a user may type: a number with separators, or pasted as a link. */
export const MAX_TYPED_PHONE_LENGTH = 64;

export const phoneField = z
  .pipe(
    z
      .string("Must be a phone number.")
      .check(z.maxLength(MAX_TYPED_PHONE_LENGTH, "Is too long for a phone number.")),
    z.transform((input, ctx) => {
      const parsed = parsePhoneNumber(typedPhoneNumber(input));
      if (parsed.ok) return parsed.value;
      const message = "Must be a phone number with its country code, such as +14155550123.";
      ctx.issues.push({ code: "custom", message, input });
      return z.NEVER;
    }),
  )
  .check(
    z.meta({
      description:
        "E.164. Spaces, dots, dashes and brackets between the digits are ignored, and so is `tel:`.",
      examples: ["+14155550123"],
    }),
  );
