import { and, eq, gt, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { accounts, auditEvents, emailTokens } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { ALWAYS, ASKED_FOR, queued, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { EmailTokenPurpose, LiveEmailToken, NewEmailToken } from "./email-token.ts";
import { addressIsFree, emailTokenRow, voidEmailTokens } from "./statements.ts";

type IssueByAddress = {
  readonly emailKey: string;
  readonly link: NewEmailToken;
  readonly mail: NewMessage;
  readonly audit: NewAuditEvent | null;
  /** Only for an address that has not been proven yet. */
  readonly unverifiedOnly: boolean;
};

type IssueForNewAddress = {
  readonly accountId: string;
  /** The hash that the password was checked against; another one in its place voids the request. */
  readonly checkedHash: string;
  readonly newEmail: EmailAddress;
  readonly link: NewEmailToken;
  /** To the new address: the link. Nothing goes to an address that another account has. */
  readonly mail: NewMessage;
  readonly noticeToOldAddress: NewMessage;
  readonly audit: NewAuditEvent;
};

export function emailTokenStore(db: Database, caps: SendCaps) {
  return {
    /**
     * Mails a fresh link to whoever has the address, and voids the earlier ones. One batch of the same
     * statements for an address that nobody has; nothing comes back that could tell.
     */
    async issueByAddress(draft: IssueByAddress): Promise<void> {
      const now = draft.link.createdAt;
      const owner = and(
        eq(accounts.emailKey, draft.emailKey),
        eq(accounts.status, "active"),
        draft.unverifiedOnly ? isNull(accounts.emailVerifiedAt) : undefined,
      );
      const link = emailTokenRow(draft.link, {
        accountId: sql`${accounts.id}`,
        email: sql`${accounts.email}`,
        emailKey: sql`${accounts.emailKey}`,
      });
      const ownId = sql`${accounts.id}`;
      const mailed = and(owner, queued(db, draft.mail));
      const mailedId = db.select({ id: accounts.id }).from(accounts).where(mailed);
      await db.batch([
        ...queueMessage(db, {
          draft: draft.mail,
          accountId: ownId,
          now,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: owner,
        }),
        // Only a mail that goes out voids the earlier links: a cap must not leave somebody with none.
        voidEmailTokens(db, inArray(emailTokens.accountId, mailedId), [draft.link.purpose], now),
        insertFrom(db, emailTokens, link, accounts, mailed),
        ...(draft.audit ? [insertFrom(db, auditEvents, auditRow(draft.audit, ownId), accounts, mailed)] : []),
      ]);
    },

    /** Mails a link to an address that the account does not have yet, and a notice to the one it has. */
    async issueForNewAddress(draft: IssueForNewAddress): Promise<"asked" | "changed_meanwhile"> {
      const now = draft.link.createdAt;
      const own = and(
        eq(accounts.id, draft.accountId),
        eq(accounts.status, "active"),
        eq(accounts.passwordHash, draft.checkedHash),
      );
      const link = emailTokenRow(draft.link, {
        accountId: draft.accountId,
        email: draft.newEmail.address,
        emailKey: draft.newEmail.key,
      });
      const common = { accountId: draft.accountId, now, caps, source: accounts };
      const mailed = queued(db, draft.mail);
      const results = await db.batch([
        db.select({ id: accounts.id }).from(accounts).where(own),
        ...queueMessage(db, {
          ...common,
          draft: draft.mail,
          limits: ASKED_FOR,
          where: and(own, addressIsFree(db, draft.newEmail.key)),
        }),
        // As above: only a mail that goes out voids the earlier link.
        voidEmailTokens(
          db,
          and(eq(emailTokens.accountId, draft.accountId), mailed) as SQL,
          [draft.link.purpose],
          now,
        ),
        insertFrom(db, emailTokens, link, accounts, and(own, mailed)),
        ...queueMessage(db, { ...common, draft: draft.noticeToOldAddress, limits: ALWAYS, where: own }),
        insertFrom(db, auditEvents, auditRow(draft.audit, draft.accountId), accounts, own),
      ]);
      return results[0].length > 0 ? "asked" : "changed_meanwhile";
    },

    /** The link by that hash if it is still good for one of the purposes. Changes nothing. */
    async findLive(
      tokenHash: string,
      purposes: readonly EmailTokenPurpose[],
      now: number,
    ): Promise<LiveEmailToken | null> {
      const [row] = await db
        .select({
          purpose: emailTokens.purpose,
          accountId: emailTokens.accountId,
          accountEmail: accounts.email,
          email: emailTokens.email,
          name: accounts.name,
          lastName: accounts.lastName,
          username: accounts.username,
        })
        .from(emailTokens)
        .innerJoin(accounts, eq(accounts.id, emailTokens.accountId))
        .where(
          and(
            eq(emailTokens.tokenHash, tokenHash),
            inArray(emailTokens.purpose, [...purposes]),
            isNull(emailTokens.consumedAt),
            gt(emailTokens.expiresAt, now),
            eq(accounts.status, "active"),
            // A link proves the address that it was mailed to, and no other.
            or(eq(emailTokens.purpose, "change_email"), eq(accounts.emailKey, emailTokens.emailKey)),
          ),
        );
      return row ?? null;
    },
  };
}
