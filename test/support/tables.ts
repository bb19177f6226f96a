import { env } from "cloudflare:workers";
import { tablesOf } from "./dump.ts";

/** Every row of every table of the service, by the table's name. */
export async function allRows(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const name of await tablesOf(env.DB)) {
    tables[name] = (await env.DB.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all()).results;
  }
  return tables;
}

/** How many sessions were ever opened for that address. */
export async function sessionsOf(email: string): Promise<number> {
  const query =
    "SELECT count(*) AS n FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
  return (await env.DB.prepare(query).bind(email).first<{ n: number }>())?.n ?? -1;
}
