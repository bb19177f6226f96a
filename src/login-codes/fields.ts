import * as z from "zod";
import { audienceField } from "../sessions/fields.ts";
import { deviceTokenField, transportField } from "../sign-in/fields.ts";

/** S256 of a code verifier (RFC 7636 §4.2). */
export const codeChallengeField = z.string().regex(/^[\w-]{43}$/, "Must be a SHA-256 as base64url.");

export const exchangeBody = z.strictObject({
  code: z.string("Must be a code.").min(1, "Must not be empty.").max(128, "Is too long."),
  codeVerifier: z.string("Must be text.").min(43, "Is too short.").max(128, "Is too long."),
  deviceToken: deviceTokenField.optional(),
  transport: transportField.optional(),
  audience: audienceField.optional(),
});
