import { and, eq, exists, gt, isNull, lte, ne, notExists, or, type SQL, sql } from "drizzle-orm";
import { HOUR, MINUTE } from "../../core/clock.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Locale } from "../../core/locale.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, emailSignInCodes, queuedRequests } from "../../db/schema.ts";
import { sendBucket } from "../../messaging/outbox/hourly-send-bucket.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { countSend, isBelowCap, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { queueDeactivatedNotice } from "../../registration/deactivated-notice-statements.ts";
import { isUnprovenRegistration } from "../../registration/unproven-registration-statements.ts";
import { receivesCode } from "./holder-statements.ts";

/** How long a mail that is sent without the outbox is reserved. It is longer than the timeout of a provider. */
const SEND_LEASE_MS = MINUTE;

/** Codes of one address (security 16). The rows of the codes are counted, so that addresses without an account count, too. */
const SEND_LIMITS = [
  { within: MINUTE, max: 1 },
  { within: HOUR, max: 5 },
];

export type NewSignInCode = {
  /** The queued request that causes it. */
  readonly requestId: string;
  readonly id: string;
  readonly email: EmailAddress;
  readonly locale: Locale;
  /** The challenge has a code already. */
  readonly isResend: boolean;
  /** The id under which a resend keeps the earlier code, as a used one that still counts as a send. */
  readonly archiveId: string;
  readonly codeHash: string;
  readonly expiresAt: number;
  /** To the stored address of an account. */
  readonly mail: NewMessage;
  /** To the typed address, which only an unproven registration has. */
  readonly mailToTyped: NewMessage;
  /** To the owner of a deactivated account; at most one an hour. */
  readonly deactivatedNotice: NewMessage;
  /** Whether the policy lets the address create an account. */
  readonly maySignUp: boolean;
  readonly now: number;
};

const t = emailSignInCodes;

const isLive = ({ id, now }: Pick<NewSignInCode, "id" | "now">) =>
  and(eq(t.id, id), isNull(t.consumedAt), gt(t.expiresAt, now));

export type CodeMailStore = ReturnType<typeof codeMailStore>;

export function codeMailStore(db: Database, caps: SendCaps) {
  return {
    /** The address and language of a challenge that may get a new code. */
    async findLive(
      id: string,
      now: number,
    ): Promise<{ readonly email: string; readonly locale: Locale | null } | null> {
      const [row] = await db.select({ email: t.email, locale: t.locale }).from(t).where(isLive({ id, now }));
      return row ?? null;
    },

    /**
     * Performs a queued request: stores a code for a live challenge and queues its mail, if the address has an account that
     * may sign in. `mailsDirectly`: no account has the address, so that no row of the outbox can refer to one. The caller
     * then sends the mail itself, and the queued request stays until it has done so.
     */
    async issue(input: NewSignInCode): Promise<{ readonly mailsDirectly: boolean }> {
      const { requestId, email, now, maySignUp } = input;
      const holder = (where: SQL | undefined) =>
        db
          .select({ one: sql`1` })
          .from(accounts)
          .where(and(eq(accounts.emailKey, email.key), where));
      const isDue = and(eq(queuedRequests.id, requestId), lte(queuedRequests.createdAt, now));
      const isFree = and(notExists(holder(undefined)), maySignUp ? undefined : sql`FALSE`);
      const isUnproven = and(isUnprovenRegistration(db, now), maySignUp ? undefined : sql`FALSE`);
      const mayIssue = and(
        isLive(input),
        exists(db.select({ one: sql`1` }).from(queuedRequests).where(isDue)),
        ...(caps ? SEND_LIMITS : []).map((limit) => isBelow(db, input, limit)),
        or(
          exists(holder(or(receivesCode(db, now), isUnproven))),
          and(isFree, isBelowCap("email", now, { caps, cap: "shared" })),
        ),
      );
      const isStored = and(eq(t.id, input.id), eq(t.codeHash, input.codeHash));
      const stored = exists(db.select({ one: sql`1` }).from(t).where(isStored));
      const queueTo = (message: NewMessage, where: SQL | undefined) =>
        queueMessage(db, {
          message,
          accountId: sql`${accounts.id}`,
          now,
          limits: { windows: [], cap: "shared" },
          caps,
          source: accounts,
          where: and(eq(accounts.emailKey, email.key), where, stored),
        });
      const mailsDirectly = and(isStored, isFree);
      const { direct } = await runBatch(db, {
        code: input.isResend ? replaceCode(db, input, mayIssue) : [firstCode(db, input, mayIssue)],
        mail: queueTo(input.mail, receivesCode(db, now)),
        mailToTyped: queueTo(input.mailToTyped, isUnproven),
        deactivatedNotice: queueDeactivatedNotice(
          db,
          { notice: input.deactivatedNotice, emailKey: email.key, requestId, now },
          caps,
        ),
        counted: [countSend(db, sendBucket("email", now), t, mailsDirectly)],
        direct: db.select({ id: t.id }).from(t).where(mailsDirectly),
        // Until the lease ends, no cron run performs the request.
        leased: db
          .update(queuedRequests)
          .set({ createdAt: now + SEND_LEASE_MS })
          .where(and(isDue, exists(db.select({ one: sql`1` }).from(t).where(mailsDirectly)))),
        request: db.delete(queuedRequests).where(isDue),
      });
      return { mailsDirectly: direct.length > 0 };
    },
  };
}

/** Whether the address got fewer codes than a limit allows. A repeated attempt at the same mail does not count itself. */
function isBelow(
  db: Database,
  { email, id, isResend, now }: NewSignInCode,
  { within, max }: (typeof SEND_LIMITS)[number],
): SQL {
  const sent = db
    .select({ count: sql`count(*)` })
    .from(emailSignInCodes)
    .where(
      and(
        eq(t.emailKey, email.key),
        ne(t.codeHash, ""),
        gt(t.createdAt, now - within),
        isResend ? undefined : ne(t.id, id),
      ),
    );
  return sql`(${sent}) < ${max}`;
}

const firstCode = (db: Database, { codeHash, expiresAt }: NewSignInCode, where: SQL | undefined) =>
  db.update(t).set({ codeHash, tries: 0, attempt: null, expiresAt }).where(where);

/** Moves the earlier code to another id, as a used one, and stores the new code under the id of the challenge. */
const replaceCode = (db: Database, input: NewSignInCode, where: SQL | undefined) => [
  db.update(t).set({ id: input.archiveId, consumedAt: input.now }).where(where),
  insertFrom(
    db,
    t,
    {
      id: input.id,
      email: sql`${t.email}`,
      emailKey: sql`${t.emailKey}`,
      codeHash: input.codeHash,
      tries: 0,
      attempt: null,
      locale: input.locale,
      createdAt: input.now,
      expiresAt: input.expiresAt,
      consumedAt: null,
    },
    t,
    eq(t.id, input.archiveId),
  ),
];
