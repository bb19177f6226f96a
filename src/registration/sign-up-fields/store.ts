import { and, asc, eq } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, signUpAnswers } from "../../db/schema.ts";
import type { AnswerValue, NewAnswer, StoredAnswer } from "./sign-up-field.ts";
import { storeAnswers } from "./statements.ts";

type AnswersOfAccount = {
  readonly accountId: string;
  readonly answers: readonly NewAnswer[];
  readonly audit: NewAuditEvent;
};

export type SignUpAnswerStore = ReturnType<typeof signUpAnswerStore>;

const selectAnswers = (db: Database, accountId: string) =>
  db
    .select({
      field: signUpAnswers.field,
      value: signUpAnswers.value,
      version: signUpAnswers.version,
      answeredAt: signUpAnswers.answeredAt,
    })
    .from(signUpAnswers)
    .where(eq(signUpAnswers.accountId, accountId))
    .orderBy(asc(signUpAnswers.field));

const toAnswer = ({ value, ...row }: Awaited<ReturnType<typeof selectAnswers>>[number]): StoredAnswer => {
  const parsed: AnswerValue = JSON.parse(value);
  return { ...row, value: parsed };
};

export const signUpAnswerStore = (db: Database) => ({
  async list(accountId: string): Promise<StoredAnswer[]> {
    return (await selectAnswers(db, accountId)).map(toAnswer);
  },

  /** Stores the answers of an active account, and returns all that it has then. */
  async save({ accountId, answers, audit }: AnswersOfAccount): Promise<StoredAnswer[]> {
    const where = and(eq(accounts.id, accountId), isActive());
    const { stored } = await runBatch(db, {
      answers: storeAnswers(db, { accountId, answers, at: audit.at, where }),
      audit:
        answers.length === 0
          ? []
          : [insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, where)],
      stored: selectAnswers(db, accountId),
    });
    return stored.map(toAnswer);
  },
});
