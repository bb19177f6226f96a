import * as z from "zod";
import { MAX_TOKEN_LENGTH } from "./port.ts";

/** `captchaToken`, wherever a captcha may be asked for. */
export const captchaTokenField = z
  .string("Must be a token.")
  .min(1, "Must not be empty.")
  .max(MAX_TOKEN_LENGTH, "Is too long for a token.")
  .meta({ description: "What the captcha widget gave, or a `humanProof`. Either is good once." });
