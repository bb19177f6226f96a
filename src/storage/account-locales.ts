import { eq } from "drizzle-orm";
import type { Locale } from "../kernel/locale.ts";
import type { Database } from "./database.ts";
import { accounts } from "./schema.ts";

export function accountLocaleStorage(db: Database) {
  return {
    async set(accountId: string, locale: Locale, now: number): Promise<void> {
      await db.update(accounts).set({ locale, updatedAt: now }).where(eq(accounts.id, accountId));
    },
  };
}
