import { env } from "cloudflare:workers";
import type { AccountStatus, Role } from "../../src/accounts/account.ts";
import { type DirectoryQuery, userDirectoryStore } from "../../src/admin/users/directory-store.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";

export type Person = {
  readonly email?: string;
  readonly name?: string;
  readonly lastName?: string | null;
  readonly username?: string | null;
  readonly role?: Role;
  readonly status?: AccountStatus;
};

let people = 0;

/** Puts a person straight into the table, and gives their id. */
export async function addPerson(person: Person = {}): Promise<string> {
  const id = crypto.randomUUID();
  const email = person.email ?? `kim-${++people}@example.com`;
  await env.DB.prepare(
    "INSERT INTO accounts (id, email, email_key, name, last_name, username, role, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
  )
    .bind(
      id,
      email,
      email.toLowerCase(),
      person.name ?? "Kim",
      person.lastName ?? null,
      person.username ?? null,
      person.role ?? "user",
      person.status ?? "active",
    )
    .run();
  return id;
}

export const directory = userDirectoryStore(openDatabase(env.DB, newMeter()));

export const page = (query: Partial<DirectoryQuery> = {}) =>
  directory.list({ roles: null, limit: 100, after: null, ...query });

export const idsFound = async (query: Partial<DirectoryQuery>): Promise<string[]> =>
  (await page(query)).users.map(({ id }) => id);

/** Goes through all the pages; `between` happens after each. */
export async function idsOnPages(
  query: Partial<DirectoryQuery>,
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = [];
  let after: number | null = null;
  do {
    const { users, next } = await page({ ...query, after });
    ids.push(...users.map(({ id }) => id));
    after = next;
    await between();
  } while (after !== null);
  return ids;
}

/** Every byte of every table that the index of words is made of, as Latin-1 text. */
export async function bytesOfIndex(): Promise<string> {
  const { results } = await env.DB.prepare("PRAGMA table_list").all<{ name: string; type: string }>();
  const shadows = results.filter(({ name, type }) => type === "shadow" && name.startsWith("account_search"));
  let text = "";
  for (const { name } of shadows) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}"`).raw();
    for (const value of rows.flat()) {
      // D1 gives a BLOB as an array of bytes.
      text += `${Array.isArray(value) ? value.map((byte) => String.fromCharCode(byte)).join("") : value}\n`;
    }
  }
  return text;
}
