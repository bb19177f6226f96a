import * as z from "zod";
import { parsePhoneNumber } from "../kernel/phone-number.ts";

export const phoneField = z
  .string("Must be a phone number.")
  .max(40, "Is too long for a phone number.")
  .transform((typed, ctx) => {
    const parsed = parsePhoneNumber(typed);
    if (parsed.ok) return parsed.value;
    ctx.addIssue({
      code: "custom",
      message: "Must be a phone number with its country code, such as +14155550123.",
    });
    return z.NEVER;
  })
  .meta({
    description: "E.164; spaces, dots, dashes and brackets between its digits are left out.",
    examples: ["+14155550123"],
  });
