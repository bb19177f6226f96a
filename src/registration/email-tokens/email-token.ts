import { DAY, MINUTE } from "../../core/clock.ts";

/** What a mailed link is good for. A link of one purpose is refused for every other. */
export type EmailTokenPurpose = "verify_email" | "change_email" | "reset_password" | "invite";

/** Milliseconds for which a link is good (contract §4). */
export const EMAIL_TOKEN_TTL_MS = {
  verify_email: DAY,
  change_email: DAY,
  reset_password: 30 * MINUTE,
  invite: 7 * DAY,
} as const satisfies Record<EmailTokenPurpose, number>;

export const EVERY_PURPOSE = Object.keys(EMAIL_TOKEN_TTL_MS) as readonly EmailTokenPurpose[];

/** The page that a mailed link opens, relative to PUBLIC_URL. */
export const EMAIL_TOKEN_PAGES = {
  verify_email: "/verify-email",
  change_email: "/verify-email",
  reset_password: "/reset-password",
  invite: "/reset-password",
} as const satisfies Record<EmailTokenPurpose, string>;

/** A link ready to be stored; the token itself is only in the mail. */
export type NewEmailToken = {
  readonly tokenHash: string;
  readonly purpose: EmailTokenPurpose;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A link that is still good, with the account that it was mailed for. */
export type LiveEmailToken = {
  readonly purpose: EmailTokenPurpose;
  readonly accountId: string;
  /** The account's address now; for `change_email` not the one that the link would set. */
  readonly accountEmail: string;
  /** The address that it was mailed to, and proves. */
  readonly email: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
};
