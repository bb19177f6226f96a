import * as z from "zod/mini";
import { nameField } from "../../../accounts/fields.ts";
import { timestamp } from "../../../http/timestamp.ts";
import { SECOND_FACTOR_KINDS } from "../policy.ts";

/** As long as a first name, on one line. */
export const labelField = nameField.check(
  z.meta({ description: "The user's name for the factor.", examples: ["Phone"] }),
);

export const MAX_LABEL_LENGTH = 64;

export const factorChangesBody = z
  .strictObject({
    label: z.optional(z.nullable(labelField)),
    isSecondFactor: z.optional(z.boolean("Must be true or false.")),
  })
  .check(
    z.refine(
      (body) => Object.values(body).some((value) => value !== undefined),
      "Must contain at least one field.",
    ),
  );

/** `labelField` of a form, which may be empty. */
export const optionalLabelField = z.optional(labelField);

export const enrolmentTokenField = z
  .string("Must be a token.")
  .check(z.minLength(1, "Must be a token."), z.maxLength(1024, "Is too long for a token."));

const factorSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(["totp", "passkey", "email_otp", "sms_otp"]),
    label: z.nullable(z.string()),
    createdAt: timestamp,
    lastUsedAt: z.nullable(timestamp),
    isSecondFactor: z
      .boolean()
      .check(z.meta({ description: "Whether a sign-in asks for it after the first factor." })),
    isSynced: z
      .optional(z.boolean())
      .check(z.meta({ description: "Only of a passkey: whether it can leave its device." })),
  })
  .check(z.meta({ id: "Factor" }));

export const factorListSchema = z.object({
  factors: z.array(factorSchema),
  recoveryCodesLeft: z.int(),
  allowed: z
    .array(z.enum(SECOND_FACTOR_KINDS))
    .check(z.meta({ description: "The kinds that the user may set up." })),
});

export const offeredAuthenticatorSchema = z.object({
  enrolmentToken: z.string().check(z.meta({ description: "Valid in this session, once." })),
  secret: z.string().check(z.meta({ description: "The secret in base32, for users who type it." })),
  uri: z.string().check(z.meta({ description: "The `otpauth` URI that the QR code has." })),
  qrSvg: z.string().check(z.meta({ description: "The QR code as SVG." })),
  expiresIn: z.int().check(z.meta({ description: "Seconds." })),
});

export const recoveryCodesSchema = z.object({
  codes: z.array(z.string()).check(z.meta({ description: "Each works once. No other answer has them." })),
});
