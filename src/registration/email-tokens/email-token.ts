import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { DAY, MINUTE } from "../../core/clock.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { ClientLimit } from "../../rate-limit/client-limits.ts";

/** The action that an email token allows. A token of one purpose is refused for every other. */
export type EmailTokenPurpose = "verify_email" | "change_email" | "reset_password" | "invite";

/** Lifetime in milliseconds (contract §4). */
export const EMAIL_TOKEN_TTL_MS = {
  verify_email: DAY,
  change_email: DAY,
  reset_password: 30 * MINUTE,
  invite: 7 * DAY,
} as const satisfies Record<EmailTokenPurpose, number>;

export const EMAIL_TOKEN_PURPOSES = Object.keys(EMAIL_TOKEN_TTL_MS) as readonly EmailTokenPurpose[];

/** The page that the mailed link opens, relative to PUBLIC_URL. */
export const EMAIL_TOKEN_PAGES = {
  verify_email: "/verify-email",
  change_email: "/verify-email",
  reset_password: "/reset-password",
  invite: "/reset-password",
} as const satisfies Record<EmailTokenPurpose, string>;

/** A token to store. Only the mail contains the token itself. Instants in milliseconds. */
export type NewEmailToken = {
  readonly tokenHash: string;
  readonly purpose: EmailTokenPurpose;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A valid token with its account. */
export type LiveEmailToken = {
  readonly purpose: EmailTokenPurpose;
  readonly accountId: string;
  /** The account's current address; for `change_email` not the one that the token would set. */
  readonly accountEmail: string;
  /** The address that received the token. Consuming the token verifies it. */
  readonly email: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
};

/** A token for an address that the account does not have yet. */
export type EmailTokenForNewAddress = {
  readonly accountId: string;
  /** The hash that the password was checked against. If the stored hash differs, nothing is issued. */
  readonly checkedHash: string;
  readonly newEmail: EmailAddress;
  readonly emailToken: NewEmailToken;
  /** The link, to the new address. Not sent if another account holds that address. */
  readonly mail: NewMessage;
  /** Sent instead, to the new address. Of the same kind as `mail`, so that both count towards the same limits. */
  readonly noticeToHolder: NewMessage;
  readonly noticeToOldAddress: NewMessage;
  /** The exact limits of the client. */
  readonly clientLimits: readonly ClientLimit[];
  readonly audit: NewAuditEvent;
};

export type EmailTokenForNewAddressOutcome =
  | { readonly kind: "issued" | "changed_meanwhile" | "factor_removal_pending" }
  /** `retryAt`: an instant. */
  | { readonly kind: "send_cap"; readonly retryAt: number };
