import * as z from "zod/mini";
import { MAX_TOKEN_LENGTH } from "./port.ts";

/** `captchaToken`, wherever a captcha may be asked for. */
export const captchaTokenField = z
  .string("Must be a token.")
  .check(
    z.minLength(1, "Must not be empty."),
    z.maxLength(MAX_TOKEN_LENGTH, "Is too long for a token."),
    z.meta({ description: "What the captcha widget gave, or a `humanProof`. Either is good once." }),
  );
