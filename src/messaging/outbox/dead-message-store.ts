import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { Role } from "../../accounts/account.ts";
import type { Database } from "../../db/database.ts";
import { accounts, outbox } from "../../db/schema.ts";
import type { Channel } from "./message.ts";

/** The end of a page: the instant of the last attempt and the id of its last message. */
type DeadMessagePosition = { readonly at: number; readonly id: string };

/** A dead-lettered message. Its content, with its link or code, is deleted. */
type DeadMessage = {
  readonly id: string;
  readonly kind: string;
  readonly channel: Channel;
  /** The instant at which it was queued. */
  readonly createdAt: number;
  /** The short reason of the last failure. */
  readonly reason: string | null;
  readonly account: { readonly id: string; readonly name: string; readonly email: string };
};

export type DeadMessageQuery = {
  /** Only messages to accounts with one of these roles. Null means all. */
  readonly roles: readonly Role[] | null;
  readonly limit: number;
  readonly after: DeadMessagePosition | null;
};

export type DeadMessagePage = {
  readonly messages: readonly DeadMessage[];
  readonly next: DeadMessagePosition | null;
};

export type DeadMessageStore = ReturnType<typeof deadMessageStore>;

export function deadMessageStore(db: Database) {
  return {
    /** One page, latest attempt first: the order of the index that also finds due messages. */
    async listDead(query: DeadMessageQuery): Promise<DeadMessagePage> {
      const { roles, limit } = query;
      const { at, id } = query.after ?? { at: Number.MAX_SAFE_INTEGER, id: "" };
      const rows = await db
        .select({
          id: outbox.id,
          kind: outbox.kind,
          channel: outbox.channel,
          createdAt: outbox.createdAt,
          dueAt: outbox.dueAt,
          reason: outbox.lastFailure,
          accountId: accounts.id,
          name: accounts.name,
          email: accounts.email,
        })
        .from(outbox)
        .innerJoin(accounts, eq(accounts.id, outbox.accountId))
        .where(
          and(
            eq(outbox.state, "dead"),
            sql`(${outbox.dueAt}, ${outbox.id}) < (${at}, ${id})`,
            roles ? inArray(accounts.role, [...roles]) : undefined,
          ),
        )
        .orderBy(desc(outbox.dueAt), desc(outbox.id))
        .limit(limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        messages: page.map(({ accountId, name, email, dueAt: _, ...message }) => ({
          ...message,
          account: { id: accountId, name, email },
        })),
        next: rows.length > limit && last ? { at: last.dueAt, id: last.id } : null,
      };
    },
  };
}
