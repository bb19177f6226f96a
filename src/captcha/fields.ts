import * as z from "zod/mini";
import { MAX_TOKEN_LENGTH } from "./port.ts";

/** The field `captchaToken` of routes that may require a captcha. */
export const captchaTokenField = z
  .string("Must be a token.")
  .check(
    z.minLength(1, "Must not be empty."),
    z.maxLength(MAX_TOKEN_LENGTH, "Is too long for a token."),
    z.meta({ description: "The token of the captcha widget, or a `humanProof`. Valid once." }),
  );
