import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Locale } from "../core/locale.ts";
import type { NewEmailToken } from "../registration/email-tokens/email-token.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { SessionDraft } from "../sessions/session.ts";
import { accounts } from "./schema.ts";

// Drafts of the domain as rows; `accountId` is a value, or the column of the row they hang on.

export const auditRow = <A>(draft: NewAuditEvent, accountId: A) => ({ ...draft, accountId });

export const outboxRow = <A>(draft: NewMessage, accountId: A, now: number) => ({
  id: draft.id,
  accountId,
  kind: draft.kind,
  channel: draft.channel,
  target: draft.target,
  sealed: draft.sealed,
  state: "queued" as const,
  attempts: 0,
  createdAt: now,
  dueAt: now,
  expiresAt: draft.expiresAt,
  lastFailure: null,
});

export const emailTokenRow = <A, E, K>(draft: NewEmailToken, owner: { accountId: A; email: E; emailKey: K }) => ({
  ...draft,
  ...owner,
  consumedAt: null,
  claim: null,
});

export const sessionRow = <A>({ app, ...draft }: Omit<SessionDraft, "accountId">, accountId: A) => ({
  ...draft,
  accountId,
  amr: draft.amr.join(" "),
  generation: 1,
  lastUsedAt: draft.createdAt,
  rotatedAt: draft.createdAt,
  revokedAt: null,
  parentId: app?.parentId ?? null,
  appOrigin: app?.origin ?? null,
});

/** The columns of an `Account`: never the password hash. */
export const accountColumns = {
  email: accounts.email,
  emailVerifiedAt: accounts.emailVerifiedAt,
  name: accounts.name,
  lastName: accounts.lastName,
  username: accounts.username,
  age: accounts.age,
  phone: accounts.phone,
  phoneVerifiedAt: accounts.phoneVerifiedAt,
  avatarKey: accounts.avatarKey,
  locale: accounts.locale,
  role: accounts.role,
  status: accounts.status,
  createdAt: accounts.createdAt,
  updatedAt: accounts.updatedAt,
};

type NewAccount = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly locale: Locale;
  readonly now: number;
};

/** An account that has nothing yet but a name and an address that waits for its proof. */
export const newAccountRow = ({ id, email, name, locale, now }: NewAccount) => ({
  id,
  email: email.address,
  emailKey: email.key,
  emailVerifiedAt: null,
  name,
  lastName: null,
  username: null,
  usernameKey: null,
  age: null,
  phone: null,
  phoneVerifiedAt: null,
  avatarKey: null,
  passwordHash: null,
  loginOtp: false,
  locale,
  // The address may have been another account's, and devices known there are none of this one's.
  devicesKnownSince: now,
  role: "user" as const,
  status: "active" as const,
  createdAt: now,
  updatedAt: now,
});
