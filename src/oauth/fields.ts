import * as z from "zod/mini";
import { deviceTokenField } from "../authentication/fields.ts";

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
  audience: z.optional(
    z.string("Must be text.").check(
      z.maxLength(256, "Is too long."),
      z.meta({
        description:
          "The audience of the app: the URI or the alias of one of RESOURCES. Required if there are several. The session gets tokens for no other audience.",
      }),
    ),
  ),
});

/** The body names no audience of an app, or names none where there are several. */
export const INVALID_APP_AUDIENCE = {
  path: "audience",
  message: "Must be an audience of this service that is not its own.",
};
