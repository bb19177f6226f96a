import { inArray, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accounts, signUpAnswers } from "../../db/schema.ts";
import type { NewAnswer } from "./sign-up-field.ts";

/** `at`: an instant (ms). `where`: a condition on the row of the account. */
type AnswersToStore = {
  readonly accountId: string;
  readonly answers: readonly NewAnswer[];
  readonly at: number;
  readonly where: SQL | undefined;
};

/** Stores the answers of an account. A new one replaces the earlier one. */
export const storeAnswers = (db: Database, { accountId, answers, at, where }: AnswersToStore) =>
  answers.map(({ field, value, version }) =>
    insertFrom(
      db,
      signUpAnswers,
      { accountId, field, value: JSON.stringify(value), version, answeredAt: at },
      accounts,
      where,
    ).onConflictDoUpdate({
      target: [signUpAnswers.accountId, signUpAnswers.field],
      set: { value: sql`excluded.value`, version: sql`excluded.version`, answeredAt: at },
    }),
  );

/** Deletes the answers of accounts whose earlier user did not own the address. `accountIds`: a subquery. */
export const deleteAnswers = (db: Database, accountIds: SQLWrapper) =>
  db.delete(signUpAnswers).where(inArray(signUpAnswers.accountId, accountIds));
