import * as z from "zod/mini";
import { passwordField } from "../../accounts/fields.ts";
import { timestamp } from "../../http/timestamp.ts";
import { codeChallengeField } from "../../oauth/fields.ts";
import { audienceField, refreshTokenField } from "../../sessions/fields.ts";
import { deviceTokenField, transportField } from "../fields.ts";
import type { AppToken } from "./providers/provider.ts";

const providerId = z
  .string()
  .check(z.meta({ description: "The id of a provider that is on.", examples: ["google"] }));

export const providerParam = z.object({ provider: providerId });

export const startQuery = z.object({
  returnTo: z._default(z.string("Must be text.").check(z.maxLength(4096, "Is too long.")), "/account").check(
    z.meta({
      description: "A path of this service, or one of ALLOWED_RETURN_URLS, exactly.",
      examples: ["https://app.example.com/signed-in"],
    }),
  ),
  codeChallenge: z.optional(codeChallengeField).check(
    z.meta({
      description:
        "S256 of the `codeVerifier` that the exchange has to bring (RFC 7636). Required where `returnTo` is of another origin.",
    }),
  ),
});

/** What a provider sends back (RFC 6749 §4.1.2, RFC 9207). It is read by who knows the provider. */
export const callbackQuery = z.object({
  state: z.optional(z.string()).check(z.meta({ description: "What the sign-in set out with." })),
  code: z.optional(z.string()).check(z.meta({ description: "What the provider trades for who it was." })),
  error: z.optional(z.string()).check(z.meta({ description: "Why it sends nobody, in place of a code." })),
  iss: z.optional(z.string()).check(z.meta({ description: "The provider's issuer, where it names itself." })),
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
  idToken: z.optional(providerToken).check(z.meta({ description: "Of an OpenID provider, such as Google." })),
  accessToken: z.optional(providerToken).check(z.meta({ description: "Of GitHub or Facebook." })),
};

type EitherToken = { readonly idToken?: string | undefined; readonly accessToken?: string | undefined };

const isOneToken = z.refine<EitherToken>(
  (body) => (body.idToken === undefined) !== (body.accessToken === undefined),
  { message: "Must have an idToken or an accessToken." },
);

export const tokenBody = z.strictObject({ ...tokenFields, ...signInFields }).check(isOneToken);

export const linkBody = z
  .strictObject({
    ...tokenFields,
    password: z.optional(passwordField).check(z.meta({ description: "Required where the account has one." })),
    refreshToken: z.optional(refreshTokenField).check(
      z.meta({
        description:
          "The latest of this session: where the account has no password, and the session is not a cookie's.",
      }),
    ),
  })
  .check(isOneToken);

/** Of either body: the token that it has. */
export const appTokenOf = ({ idToken, accessToken = "" }: EitherToken): AppToken =>
  idToken === undefined ? { kind: "access_token", token: accessToken } : { kind: "id_token", token: idToken };

export const providerSchema = z
  .object({ id: providerId, name: z.string() })
  .check(z.meta({ id: "SocialProvider" }));

export const identitySchema = z
  .object({
    provider: providerId,
    name: z.string(),
    email: z
      .nullable(z.string())
      .check(z.meta({ description: "The provider's address for it, when it was linked." })),
    createdAt: timestamp,
    lastUsedAt: timestamp,
  })
  .check(z.meta({ id: "Identity" }));
