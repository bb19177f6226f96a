import { eq } from "drizzle-orm";
import type { Locale } from "../core/locale.ts";
import type { Database } from "../db/database.ts";
import { accounts } from "../db/schema.ts";

export type AccountLocaleStore = ReturnType<typeof accountLocaleStore>;

export function accountLocaleStore(db: Database) {
  return {
    async set(accountId: string, locale: Locale, now: number): Promise<void> {
      await db.update(accounts).set({ locale, updatedAt: now }).where(eq(accounts.id, accountId));
    },
  };
}
