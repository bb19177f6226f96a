import { and, eq } from "drizzle-orm";
import { accounts } from "./schema.ts";

/** A password that was right, and what its consequences hang on. */
export type CheckedPassword = {
  readonly accountId: string;
  /** The hash that was just checked: if it is not there any more, nothing opens. */
  readonly checkedHash: string;
  /** The same password under today's cost and pepper, where the stored one is older. */
  readonly rehash: string | null;
  readonly lockKey: string;
  readonly now: number;
};

/** The account is still what the password was checked against. */
export const stillChecked = ({ accountId, checkedHash }: CheckedPassword) =>
  and(eq(accounts.id, accountId), eq(accounts.status, "active"), eq(accounts.passwordHash, checkedHash));
