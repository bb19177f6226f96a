import { DAY, MINUTE } from "../kernel/clock.ts";

/** What a mailed link is good for. A link of one purpose is refused for every other. */
export type LinkPurpose = "verify_email" | "change_email" | "reset_password" | "invite";

/** Milliseconds for which a link is good (contract §4). */
export const LINK_LIFE = {
  verify_email: DAY,
  change_email: DAY,
  reset_password: 30 * MINUTE,
  invite: 7 * DAY,
} as const satisfies Record<LinkPurpose, number>;

export const EVERY_PURPOSE = Object.keys(LINK_LIFE) as readonly LinkPurpose[];

/** The page that a mailed link opens, relative to PUBLIC_URL. */
export const LINK_PAGE = {
  verify_email: "/verify-email",
  change_email: "/verify-email",
  reset_password: "/reset-password",
  invite: "/reset-password",
} as const satisfies Record<LinkPurpose, string>;

/** A link ready to be stored; the token itself is only in the mail. */
export type LinkDraft = {
  readonly tokenHash: string;
  readonly purpose: LinkPurpose;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A link that is still good, with the account that it was mailed for. */
export type LiveLink = {
  readonly purpose: LinkPurpose;
  readonly accountId: string;
  /** The account's address now; for `change_email` not the one that the link would set. */
  readonly accountEmail: string;
  /** The address that it was mailed to, and proves. */
  readonly email: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
};
