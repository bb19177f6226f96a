import { env } from "cloudflare:workers";
import { tablesOf } from "./dump.ts";

/** The rows of every table of the service, by table name. */
export async function readAllRows(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const name of await tablesOf(env.DB)) {
    tables[name] = (await env.DB.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all()).results;
  }
  return tables;
}

/** The number of session rows of that account, ended ones included. */
export async function countSessions(email: string): Promise<number> {
  const query =
    "SELECT count(*) AS n FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
  return (await env.DB.prepare(query).bind(email).first<{ n: number }>())?.n ?? -1;
}
