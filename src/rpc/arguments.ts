import * as z from "zod";
import { PERMISSIONS, type Permission } from "../roles/permissions.ts";

// What comes over RPC was typed by somebody else's compiler, or by none: every argument is parsed.

const id = z.uuid();
const audience = z.string().min(1).max(256).optional();
const credential = z.string().min(1).max(8192);

/** Far more than an account has to be looked up at once, and what one statement of D1 takes. */
const MAX_IDS = 100;
const MAX_USER_AGENT = 256;

const client = z.strictObject({
  ip: z
    .string()
    .regex(/^[0-9a-fA-F.:]{2,45}$/)
    .nullable(),
  userAgent: z
    .string()
    .max(8192)
    .transform((text) => text.replaceAll("\0", "").toWellFormed().slice(0, MAX_USER_AGENT).toWellFormed())
    .nullable(),
  deviceToken: z.string().max(2048).optional(),
});

export const verifyArguments = z.object({
  token: z.string(),
  options: z.strictObject({ audience, strict: z.boolean().optional() }).default({}),
});
export const idArguments = z.object({ id });
export const idsArguments = z.object({ ids: z.array(id).max(MAX_IDS) });
export const canArguments = z.object({
  userId: id,
  permission: z.enum(PERMISSIONS as [Permission, ...Permission[]]),
});
export const exchangeArguments = z.strictObject({
  code: z.string().min(1).max(128),
  codeVerifier: z.string().min(43).max(128),
  client,
  audience,
});
export const refreshArguments = z.strictObject({ refreshToken: credential, client, audience });
export const signOutArguments = z.strictObject({ refreshToken: credential, client: client.optional() });
