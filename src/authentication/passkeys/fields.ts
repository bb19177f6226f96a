import * as z from "zod/mini";
import { nameField } from "../../accounts/fields.ts";
import { timestamp } from "../../http/timestamp.ts";

const bytes = (max: number) =>
  z
    .string("Must be base64url.")
    .check(z.maxLength(max, "Is too long."), z.regex(/^[\w-]*$/, "Must be base64url."));

const NO_OBJECT = "Must be an object.";

/** A credential id has 1,023 bytes at most (WebAuthn §4). */
const credentialIdField = bytes(1364);

const common = {
  id: credentialIdField,
  rawId: credentialIdField,
  type: z.literal("public-key", "Must be public-key."),
};

// Browsers may add members to these objects (WebAuthn §5.1), so that unknown ones are ignored.

/** `AuthenticationResponseJSON`: what `credential.toJSON()` gives after `navigator.credentials.get`. */
export const assertionField = z
  .object(
    {
      ...common,
      response: z.object(
        {
          clientDataJSON: bytes(4096),
          authenticatorData: bytes(4096),
          signature: bytes(2048),
          userHandle: z.optional(z.nullable(bytes(128))),
        },
        NO_OBJECT,
      ),
    },
    NO_OBJECT,
  )
  .check(z.meta({ description: "`AuthenticationResponseJSON` of WebAuthn, from the browser." }));

/** `RegistrationResponseJSON`: what `credential.toJSON()` gives after `navigator.credentials.create`. */
export const attestationField = z
  .object(
    {
      ...common,
      response: z.object(
        {
          clientDataJSON: bytes(4096),
          attestationObject: bytes(32_768),
          transports: z.optional(
            z
              .array(z.string("Must be text.").check(z.maxLength(32, "Is too long.")), "Must be a list.")
              .check(z.maxLength(8, "Are too many.")),
          ),
        },
        NO_OBJECT,
      ),
    },
    NO_OBJECT,
  )
  .check(z.meta({ description: "`RegistrationResponseJSON` of WebAuthn, from the browser." }));

/** As long as a first name, on one line. */
export const passkeyLabelField = nameField.check(
  z.meta({ description: "The user's name for it. Default: the name of its provider.", examples: ["Laptop"] }),
);

const descriptors = z.array(
  z.object({ type: z.literal("public-key"), id: z.string(), transports: z.array(z.string()) }),
);

export const requestOptionsSchema = z
  .object({
    challenge: z.string(),
    rpId: z.string(),
    allowCredentials: descriptors,
    userVerification: z.enum(["required", "preferred"]),
    timeout: z.int(),
  })
  .check(
    z.meta({
      id: "PasskeyRequestOptions",
      description: "`PublicKeyCredentialRequestOptionsJSON` of WebAuthn, for `navigator.credentials.get`.",
    }),
  );

export const creationOptionsSchema = z
  .object({
    challenge: z.string(),
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ type: z.literal("public-key"), alg: z.int() })),
    excludeCredentials: descriptors,
    authenticatorSelection: z.object({
      residentKey: z.literal("required"),
      requireResidentKey: z.literal(true),
      userVerification: z.literal("preferred"),
    }),
    attestation: z.literal("none"),
    timeout: z.int(),
  })
  .check(
    z.meta({
      id: "PasskeyCreationOptions",
      description:
        "`PublicKeyCredentialCreationOptionsJSON` of WebAuthn, for `navigator.credentials.create`.",
    }),
  );

/** The data of a refusal whose credential the service does not know. */
export const unknownCredentialSchema = z.object({
  unknownCredential: z
    .object({ rpId: z.string(), credentialId: z.string() })
    .check(z.meta({ description: "For `PublicKeyCredential.signalUnknownCredential`." })),
});

export const passkeySchema = z
  .object({
    id: z.uuid(),
    label: z.nullable(z.string()),
    createdAt: timestamp,
    lastUsedAt: z.nullable(timestamp),
    isSynced: z.boolean().check(z.meta({ description: "Whether it can leave its device." })),
    isSecondFactor: z
      .boolean()
      .check(z.meta({ description: "Whether a sign-in by another method asks for it." })),
  })
  .check(z.meta({ id: "Passkey" }));
