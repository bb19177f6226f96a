import * as z from "zod/mini";
import { PERMISSIONS, type Permission } from "../admin/authorization/permissions.ts";

// What comes over RPC was typed by somebody else's compiler, or by none: every argument is parsed.

const id = z.uuid();
const audience = z.optional(z.string().check(z.minLength(1), z.maxLength(256)));
/** Far more than an account has to be looked up at once, and what one statement of D1 takes. */
const MAX_IDS = 100;
const MAX_USER_AGENT = 256;

/**
 * What a visitor has sent to the Worker that calls: of any length, which is no mistake of that Worker's. What is longer
 * than any of ours is as good as an empty one, and nobody's work.
 */
const brought = (longest: number) =>
  z.pipe(
    z.string(),
    z.transform((text) => (text.length <= longest ? text : "")),
  );
const refreshToken = brought(8192);

const client = z.strictObject({
  ip: z.nullable(z.string().check(z.regex(/^[0-9a-fA-F.:]{2,45}$/))),
  userAgent: z.nullable(
    z.pipe(
      z.string(),
      // Cut before it is looked at, and after what was in it has gone.
      z.transform((text) =>
        text.slice(0, 8192).replaceAll("\0", "").toWellFormed().slice(0, MAX_USER_AGENT).toWellFormed(),
      ),
    ),
  ),
  deviceToken: z.optional(brought(2048)),
});

export const verifyArguments = z.object({
  token: z.string(),
  options: z._default(z.strictObject({ audience, strict: z.optional(z.boolean()) }), {}),
});
export const idArguments = z.object({ id });
export const idsArguments = z.object({ ids: z.array(id).check(z.maxLength(MAX_IDS)) });
export const canArguments = z.object({
  userId: id,
  permission: z.enum(PERMISSIONS as [Permission, ...Permission[]]),
});
export const exchangeArguments = z.strictObject({
  code: brought(128),
  codeVerifier: brought(128),
  client,
  audience,
});
export const refreshArguments = z.strictObject({ refreshToken, client, audience });
export const signOutArguments = z.strictObject({ refreshToken, client: z.optional(client) });
