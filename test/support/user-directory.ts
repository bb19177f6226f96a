import { env } from "cloudflare:workers";
import type { AccountStatus, Role } from "../../src/accounts/account.ts";
import { type DirectoryQuery, userDirectoryStore } from "../../src/admin/users/user-search-store.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";

export type NewAccount = {
  readonly email?: string;
  readonly name?: string;
  readonly lastName?: string | null;
  readonly username?: string | null;
  readonly role?: Role;
  readonly status?: AccountStatus;
};

let accounts = 0;

/** Inserts an account row directly. Returns its id. */
export async function insertAccount(account: NewAccount = {}): Promise<string> {
  const id = crypto.randomUUID();
  const email = account.email ?? `kim-${++accounts}@example.com`;
  await env.DB.prepare(
    "INSERT INTO accounts (id, email, email_key, name, last_name, username, role, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
  )
    .bind(
      id,
      email,
      email.toLowerCase(),
      account.name ?? "Kim",
      account.lastName ?? null,
      account.username ?? null,
      account.role ?? "user",
      account.status ?? "active",
    )
    .run();
  return id;
}

export const userDirectory = userDirectoryStore(openDatabase(env.DB, newMeter()));

export const listUsers = (query: Partial<DirectoryQuery> = {}) =>
  userDirectory.list({ roles: null, limit: 100, after: null, ...query });

export const idsFound = async (query: Partial<DirectoryQuery>): Promise<string[]> =>
  (await listUsers(query)).users.map(({ id }) => id);

/** Reads all pages and runs `between` after each. */
export async function idsOnPages(
  query: Partial<DirectoryQuery>,
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = [];
  let after: number | null = null;
  do {
    const { users, next } = await listUsers({ ...query, after });
    ids.push(...users.map(({ id }) => id));
    after = next;
    await between();
  } while (after !== null);
  return ids;
}

/** Every byte of the shadow tables of the full-text index, as Latin-1 text. */
export async function bytesOfIndex(): Promise<string> {
  const { results } = await env.DB.prepare("PRAGMA table_list").all<{ name: string; type: string }>();
  const shadows = results.filter(({ name, type }) => type === "shadow" && name.startsWith("account_search"));
  let text = "";
  for (const { name } of shadows) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}"`).raw();
    for (const value of rows.flat()) {
      // D1 returns a BLOB as an array of bytes.
      text += `${Array.isArray(value) ? value.map((byte) => String.fromCharCode(byte)).join("") : value}\n`;
    }
  }
  return text;
}
