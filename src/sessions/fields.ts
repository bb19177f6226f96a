import * as z from "zod/mini";
import { timestamp } from "../http/timestamp.ts";

export const audienceField = z.string("Must be text.").check(
  z.maxLength(256, "Is too long."),
  z.meta({
    description:
      "The audience of the access token: the URI or the alias of one of RESOURCES, or of this service's own API (`gatehouse`). The default is this service's own API (to refresh: the session's audience), and cookies allow no other.",
  }),
);

/** The refresh token of a request body, for clients that do not keep it in a cookie. */
export const refreshTokenField = z.string("Must be a token.").check(z.maxLength(4096, "Is too long."));

/** Neither the body nor a cookie has a refresh token. */
export const MISSING_REFRESH_TOKEN = {
  path: "refreshToken",
  message: "Must be a token, unless a cookie has it.",
};

/** The body names an unknown audience, or one that cookies or the client of the session do not allow. */
export const INVALID_AUDIENCE = {
  path: "audience",
  message: "Is not an audience of this service, or is not allowed for this session or with cookies.",
};

/** The tokens of a session. Lifetimes in seconds (contract §2). */
export const tokensShape = {
  token: z.string().check(z.meta({ description: "The access token: a JWT of type at+jwt (RFC 9068)." })),
  tokenType: z.literal("Bearer"),
  expiresIn: z.int(),
  refreshToken: z.string().check(z.meta({ description: "Single use. Each refresh returns the next one." })),
  refreshExpiresIn: z.int(),
};

export const sessionSchema = z
  .object({
    id: z.uuid(),
    createdAt: timestamp,
    lastUsedAt: timestamp,
    ip: z.nullable(z.string()),
    userAgent: z.nullable(z.string()),
    app: z.nullable(z.string()).check(
      z.meta({
        description:
          "The name of the OAuth client that owns the session. Null for a session of this service.",
      }),
    ),
    current: z.boolean(),
  })
  .check(z.meta({ id: "Session" }));
