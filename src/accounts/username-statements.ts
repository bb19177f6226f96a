import { eq, exists, not, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/database.ts";
import { accounts } from "../db/schema.ts";

/**
 * What proving the address does to the username that was asked for at registration: it becomes the
 * person's own, or, if somebody was sooner, it is left out. Usernames are ASCII, as is SQL's `lower`.
 */
export function takeUsername(db: Database) {
  const other = alias(accounts, "other");
  const isTaken = exists(
    db
      .select({ one: sql`1` })
      .from(other)
      .where(eq(other.usernameKey, sql`lower(${accounts.username})`)),
  );
  const isWaiting = sql`${accounts.usernameKey} IS NULL`;
  return {
    username: sql`CASE WHEN ${isWaiting} AND ${isTaken} THEN NULL ELSE ${accounts.username} END`,
    usernameKey: sql`CASE WHEN ${isWaiting} AND ${not(isTaken)} THEN lower(${accounts.username}) ELSE ${accounts.usernameKey} END`,
  };
}
