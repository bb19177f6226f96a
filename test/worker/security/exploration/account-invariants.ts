import type { Model } from "./model.ts";
import type { Account } from "./records.ts";
import { violation } from "./violation.ts";

export type AccountRow = {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly status: string;
  readonly verified: number;
  readonly second_factor: number;
  readonly phone: string | null;
  readonly phone_verified: number;
};

export const ACCOUNTS = `SELECT id, email, role, status, email_verified_at IS NOT NULL AS verified, phone,
  phone_verified_at IS NOT NULL AS phone_verified,
  EXISTS (SELECT 1 FROM factors WHERE account_id = accounts.id) AS second_factor FROM accounts`;

/** The stored accounts are those of the model: nothing else has a role, an address, a phone number or an account. */
export function checkAccounts(model: Model, rows: readonly AccountRow[]): void {
  for (const row of rows) {
    const account = model.accounts.get(row.id);
    if (!account) violation(`the account ${row.email} exists, and no request created it`);
    compare(row, account);
  }
  if (rows.length < model.accounts.size) {
    const stored = new Set(rows.map(({ id }) => id));
    const missing = [...model.accounts.values()].find(({ id }) => !stored.has(id));
    violation(`the account ${missing?.email} is gone, and no request deleted it`);
  }
}

function compare(row: AccountRow, account: Account): void {
  const stored = {
    email: row.email,
    role: row.role,
    status: row.status,
    verified: row.verified === 1,
    secondFactor: row.second_factor === 1,
    phone: row.phone,
    phoneVerified: row.phone_verified === 1,
  };
  for (const [name, value] of Object.entries(stored)) {
    const expected = account[name as keyof typeof stored];
    if (value !== expected) violation(`${name} of ${account.email} is ${value} instead of ${expected}`);
  }
}
