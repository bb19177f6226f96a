import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Account } from "../../src/accounts/account.ts";
import { readUser } from "../../src/admin/users/read-user.ts";
import { parseEmailAddress } from "../../src/core/email-address.ts";
import { accounts } from "../../src/db/schema.ts";
import { Complaint } from "../dev/usage-error.ts";
import type { Operator } from "./compose.ts";
import { printable, table } from "./printable.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whoever has that address, in any of its variants, or that id. */
export async function findUser(deps: Operator, named: string): Promise<Account> {
  const id = UUID.test(named) ? named.toLowerCase() : await idByAddress(deps, named);
  const found = id === null ? null : await readUser(deps, { actor: "operator", id });
  if (!found?.ok) {
    throw new Complaint(`Nobody has the ${id === null ? "address" : "id"} ${printable(named)}.`);
  }
  return found.value;
}

async function idByAddress({ d1 }: Operator, named: string): Promise<string | null> {
  const parsed = parseEmailAddress(named);
  if (!parsed.ok) throw new Complaint(`"${printable(named)}" is neither an email address nor an id.`);
  const [row] = await drizzle(d1)
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.emailKey, parsed.value.key));
  return row?.id ?? null;
}

const HEADINGS = ["id", "email", "name", "role", "status", "verified", "created"];

export const asTable = (people: readonly Account[]): string =>
  table([
    HEADINGS,
    ...people.map((one) => [
      one.id,
      one.email,
      one.name,
      one.role,
      one.status,
      one.emailVerifiedAt === null ? "no" : "yes",
      new Date(one.createdAt).toISOString().slice(0, 10),
    ]),
  ]);

/** Everything that is known of one person, a line for each thing. */
export const asLines = (account: Account): string =>
  table(Object.entries(asJson(account)).map(([name, value]) => [name, value === null ? "-" : String(value)]));

/** What programs get: names and instants as the API has them. */
export const asJson = (account: Account) => ({
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
