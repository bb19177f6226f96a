import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Account } from "../../src/accounts/account.ts";
import { OPERATOR } from "../../src/admin/authorization/actor.ts";
import { readUser } from "../../src/admin/users/read-user.ts";
import { parseEmailAddress } from "../../src/core/email-address.ts";
import { accounts } from "../../src/db/schema.ts";
import { CommandError } from "../shared/command-error.ts";
import { printable, table } from "../shared/printable.ts";
import type { Operator } from "./compose.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Finds an account by its id, or by its email address in any spelling. */
export async function findUser(deps: Operator, user: string): Promise<Account> {
  const id = UUID.test(user) ? user.toLowerCase() : await idByAddress(deps, user);
  const found = id === null ? null : await readUser(deps, { actor: OPERATOR, id });
  if (!found?.ok) {
    throw new CommandError(`No account has the ${id === null ? "address" : "id"} ${printable(user)}.`);
  }
  return found.value.account;
}

async function idByAddress({ d1 }: Operator, address: string): Promise<string | null> {
  const parsed = parseEmailAddress(address);
  if (!parsed.ok) throw new CommandError(`"${printable(address)}" is neither an email address nor an id.`);
  const [row] = await drizzle(d1)
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.emailKey, parsed.value.key));
  return row?.id ?? null;
}

const HEADINGS = ["id", "email", "name", "role", "status", "verified", "created"];

export const usersTable = (users: readonly Account[]): string =>
  table([
    HEADINGS,
    ...users.map((user) => [
      user.id,
      user.email,
      user.name,
      user.role,
      user.status,
      user.emailVerifiedAt === null ? "no" : "yes",
      new Date(user.createdAt).toISOString().slice(0, 10),
    ]),
  ]);

/** One line per property of the account. */
export const userLines = (account: Account): string =>
  table(
    Object.entries(userJson(account)).map(([name, value]) => [name, value === null ? "-" : String(value)]),
  );

/** The JSON of `--json`: property names and times are those of the API. */
export const userJson = (account: Account) => ({
  id: account.id,
  email: account.email,
  isVerified: account.emailVerifiedAt !== null,
  name: account.name,
  lastName: account.lastName,
  username: account.username,
  age: account.age,
  phone: account.phone,
  isPhoneVerified: account.phoneVerifiedAt !== null,
  role: account.role,
  status: account.status,
  createdAt: new Date(account.createdAt).toISOString(),
  updatedAt: new Date(account.updatedAt).toISOString(),
});
