import * as z from "zod/mini";
import { SECOND_FACTOR_KINDS, SENT_FACTOR_KINDS } from "./policy.ts";

export const factorField = z.enum(SECOND_FACTOR_KINDS, "Must be a kind of factor.").check(
  z.meta({
    description: "The kind of factor that the answer is of. The default is that of the challenge.",
  }),
);

export const sentFactorField = z.enum(SENT_FACTOR_KINDS, "Must be email_otp or sms_otp.");

/** The size of the JSON of an assertion that a browser returns is a few kilobytes. */
export const assertionField = z
  .record(z.string(), z.unknown(), "Must be an object.")
  .check(z.meta({ description: "`PublicKeyCredential.toJSON()` of the passkey (WebAuthn Level 3)." }));

export const rememberDeviceField = z.boolean("Must be true or false.").check(
  z.meta({
    description: "Whether later sign-ins on this device need no second factor for TRUSTED_DEVICE_DAYS.",
  }),
);
