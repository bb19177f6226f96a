import * as z from "zod";
import { codeChallengeField } from "../login-codes/fields.ts";
import { audienceField } from "../sessions/fields.ts";
import { deviceTokenField, transportField } from "../sign-in/fields.ts";

const providerId = z.string().meta({ description: "The id of a provider that is on.", examples: ["google"] });

export const providerParam = z.object({ provider: providerId });

export const startQuery = z.object({
  returnTo: z
    .string()
    .max(4096, "Is too long.")
    .default("/account")
    .meta({
      description: "A path of this service, or one of ALLOWED_RETURN_URLS, exactly.",
      examples: ["https://app.example.com/signed-in"],
    }),
  codeChallenge: codeChallengeField.optional().meta({
    description:
      "S256 of the `codeVerifier` that the exchange has to bring (RFC 7636). Required where `returnTo` is of another origin.",
  }),
  link: z
    .literal("true", "Must be true.")
    .optional()
    .meta({ description: "Links the provider's account to the browser's session, instead of signing in." }),
});

/** What a provider sends back (RFC 6749 §4.1.2, RFC 9207). It is read by who knows the provider. */
export const callbackQuery = z.object({
  state: z.string().optional().meta({ description: "What the sign-in set out with." }),
  code: z.string().optional().meta({ description: "What the provider trades for who it was." }),
  error: z.string().optional().meta({ description: "Why it sends nobody, in place of a code." }),
  iss: z.string().optional().meta({ description: "The provider's issuer, where it names itself." }),
});

const providerToken = z.string("Must be a token.").min(1, "Must not be empty.").max(16_384, "Is too long.");

const signInFields = {
  deviceToken: deviceTokenField.optional(),
  transport: transportField.optional(),
  audience: audienceField.optional(),
};

export const tokenBody = z
  .strictObject({
    idToken: providerToken.optional().meta({ description: "Of an OpenID provider, such as Google." }),
    accessToken: providerToken.optional().meta({ description: "Of GitHub or Facebook." }),
    ...signInFields,
  })
  .refine((body) => (body.idToken === undefined) !== (body.accessToken === undefined), {
    message: "Must have an idToken or an accessToken.",
  });

export const providerSchema = z.object({ id: providerId, name: z.string() }).meta({ id: "SocialProvider" });

export const identitySchema = z
  .object({
    provider: providerId,
    name: z.string(),
    email: z.string().nullable().meta({ description: "The provider's address for it, when it was linked." }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
  })
  .meta({ id: "Identity" });
