import * as z from "zod/mini";
import { ROLES } from "../admin/authorization/permissions.ts";
import { timestamp } from "../http/timestamp.ts";
import { answerMembers } from "../registration/sign-up-fields/present-answers.ts";
import type { Account } from "./account.ts";
import { presentMetadata } from "./metadata.ts";

// Each column is listed, so that a new one is not exposed by default.
const profileShape = {
  id: z.uuid(),
  name: z.string(),
  lastName: z.nullable(z.string()),
  username: z.nullable(z.string()),
  age: z.nullable(z.int()),
  email: z.string(),
  isVerified: z.boolean(),
  phone: z.nullable(z.string()),
  isPhoneVerified: z.boolean(),
  avatarUrl: z.nullable(z.string()),
  role: z.enum(ROLES),
  isActive: z.boolean(),
  deletionDueAt: z
    .nullable(timestamp)
    .check(z.meta({ description: "When the account is erased; null: its deletion was not requested." })),
  publicMetadata: z
    .nullable(z.record(z.string(), z.unknown()))
    .check(z.meta({ description: "Data that admins keep with the account." })),
  createdAt: timestamp,
  updatedAt: timestamp,
};

/** An account in API responses (contract §2). */
export const profileSchema = z.object(profileShape).check(z.meta({ id: "Profile" }));

/** An account with the answers to its custom sign-up fields, as its user and administrators see it. */
export const accountDetailsSchema = z
  .object({ ...profileShape, ...answerMembers })
  .check(z.meta({ id: "AccountDetails" }));

/** `publicUrl`: the base of the avatar's URL. */
export const presentAccount = (account: Account, publicUrl: string): z.input<typeof profileSchema> => ({
  id: account.id,
  name: account.name,
  lastName: account.lastName,
  username: account.username,
  age: account.age,
  email: account.email,
  isVerified: account.emailVerifiedAt !== null,
  phone: account.phone,
  isPhoneVerified: account.phoneVerifiedAt !== null,
  avatarUrl: account.avatarKey === null ? null : presentAvatarUrl(account.avatarKey, publicUrl),
  role: account.role,
  isActive: account.status === "active",
  deletionDueAt: account.deletionDueAt === null ? null : new Date(account.deletionDueAt).toISOString(),
  publicMetadata: presentMetadata(account.publicMetadata),
  createdAt: new Date(account.createdAt).toISOString(),
  updatedAt: new Date(account.updatedAt).toISOString(),
});

export const presentAvatarUrl = (key: string, publicUrl: string): string => `${publicUrl}/avatars/${key}`;
