import * as z from "zod/mini";
import { passwordField } from "../../accounts/fields.ts";
import { timestamp } from "../../http/timestamp.ts";
import { audienceField } from "../../sessions/fields.ts";
import { deviceTokenField, transportField } from "../fields.ts";
import type { ProviderToken } from "./providers/provider.ts";

const providerId = z
  .string()
  .check(z.meta({ description: "The id of a configured provider.", examples: ["google"] }));

export const providerParam = z.object({ provider: providerId });

export const startQuery = z.object({
  returnTo: z._default(z.string("Must be text.").check(z.maxLength(4096, "Is too long.")), "/account").check(
    z.meta({
      description: "The path of a page of this service.",
      examples: ["/account"],
    }),
  ),
});

/**
 * The parameters of an authorization response (RFC 6749 §4.1.2, RFC 9207). They only describe the API: the provider's
 * module validates them.
 */
export const callbackQuery = z.object({
  state: z.optional(z.string()).check(z.meta({ description: "The state of the authorization request." })),
  code: z.optional(z.string()).check(z.meta({ description: "The authorization code." })),
  error: z
    .optional(z.string())
    .check(z.meta({ description: "The error code, instead of an authorization code." })),
  iss: z
    .optional(z.string())
    .check(z.meta({ description: "The provider's issuer, if the provider sends it." })),
});

const providerToken = z
  .string("Must be a token.")
  .check(z.minLength(1, "Must not be empty."), z.maxLength(16_384, "Is too long."));

const signInFields = {
  deviceToken: z.optional(deviceTokenField),
  transport: z.optional(transportField),
  audience: z.optional(audienceField),
};

const tokenFields = {
  idToken: z
    .optional(providerToken)
    .check(
      z.meta({ description: "The ID token of an OpenID provider, such as Google. It can be used once." }),
    ),
  accessToken: z
    .optional(providerToken)
    .check(z.meta({ description: "The access token of GitHub or Facebook." })),
  nonce: z
    .optional(
      z.string("Must be text.").check(z.minLength(1, "Must not be empty."), z.maxLength(512, "Is too long.")),
    )
    .check(z.meta({ description: "The nonce of the request for the ID token, which the token must have." })),
};

type TokenFields = {
  readonly idToken?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly nonce?: string | undefined;
};

const isOneToken = z.refine<TokenFields>(
  (body) => (body.idToken === undefined) !== (body.accessToken === undefined),
  { message: "Must have an idToken or an accessToken." },
);

export const tokenBody = z.strictObject({ ...tokenFields, ...signInFields }).check(isOneToken);

export const linkBody = z
  .strictObject({
    ...tokenFields,
    password: z
      .optional(passwordField)
      .check(z.meta({ description: "Required if the account has a password." })),
  })
  .check(isOneToken);

/** The token of either body. */
export const providerTokenOf = ({ idToken, accessToken = "", nonce }: TokenFields): ProviderToken =>
  idToken === undefined
    ? { kind: "access_token", token: accessToken }
    : { kind: "id_token", token: idToken, nonce };

export const providerSchema = z
  .object({ id: providerId, name: z.string() })
  .check(z.meta({ id: "SocialProvider" }));

export const identitySchema = z
  .object({
    provider: providerId,
    name: z.string(),
    email: z.nullable(z.string()).check(
      z.meta({
        description: "The email address that the provider had verified when the identity was linked.",
      }),
    ),
    createdAt: timestamp,
    lastUsedAt: timestamp,
  })
  .check(z.meta({ id: "Identity" }));
