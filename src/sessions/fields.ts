import * as z from "zod";

export const audienceField = z.string("Must be text.").max(256, "Is too long.").meta({
  description: "Whom the access token is for: one of AUDIENCES, by default the first; in cookies that alone.",
});

/** Where a body names an audience that this service issues nothing for, or nothing in cookies. */
export const NO_SUCH_AUDIENCE = {
  path: "audience",
  message: "Is not an audience of this service, or not of its cookies.",
};

/** What a client gets for a session; lifetimes in seconds (contract §2). */
export const tokensShape = {
  token: z.string().meta({ description: "The access token: a JWT of type at+jwt (RFC 9068)." }),
  tokenType: z.literal("Bearer"),
  expiresIn: z.int(),
  refreshToken: z.string().meta({ description: "Good for one use; its successor comes with every refresh." }),
  refreshExpiresIn: z.int(),
};

export const sessionSchema = z
  .object({
    id: z.uuid(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    current: z.boolean(),
  })
  .meta({ id: "Session" });
