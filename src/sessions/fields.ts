import * as z from "zod/mini";
import { timestamp } from "../http/timestamp.ts";

export const audienceField = z.string("Must be text.").check(
  z.maxLength(256, "Is too long."),
  z.meta({
    description:
      "Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone.",
  }),
);

/** A refresh token of a body, where no cookie has it. */
export const refreshTokenField = z.string("Must be a token.").check(z.maxLength(4096, "Is too long."));

/** Where a body should name a refresh token, and neither it nor a cookie does. */
export const NO_REFRESH_TOKEN = {
  path: "refreshToken",
  message: "Must be a token, where no cookie has it.",
};

/** Where a body names an audience that this service issues nothing for, or nothing in cookies. */
export const NO_SUCH_AUDIENCE = {
  path: "audience",
  message: "Is not an audience of this service, or not of its cookies.",
};

/** What a client gets for a session; lifetimes in seconds (contract §2). */
export const tokensShape = {
  token: z.string().check(z.meta({ description: "The access token: a JWT of type at+jwt (RFC 9068)." })),
  tokenType: z.literal("Bearer"),
  expiresIn: z.int(),
  refreshToken: z
    .string()
    .check(z.meta({ description: "Good for one use; its successor comes with every refresh." })),
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
        description: "The origin of the app that the session is of; it ends with the one that opened it.",
      }),
    ),
    current: z.boolean(),
  })
  .check(z.meta({ id: "Session" }));
