import * as z from "zod/mini";
import { deviceTokenField, transportField } from "../authentication/fields.ts";
import { audienceField } from "../sessions/fields.ts";

/** An S256 code challenge (RFC 7636 §4.2). */
export const codeChallengeField = z
  .string("Must be text.")
  .check(z.regex(/^[\w-]{43}$/, "Must be a SHA-256 hash as base64url."));

export const exchangeBody = z.strictObject({
  code: z
    .string("Must be a code.")
    .check(z.minLength(1, "Must not be empty."), z.maxLength(128, "Is too long.")),
  codeVerifier: z
    .string("Must be text.")
    .check(z.minLength(43, "Is too short."), z.maxLength(128, "Is too long.")),
  deviceToken: z.optional(deviceTokenField),
  transport: z.optional(transportField),
  audience: z.optional(audienceField),
});
