import { env } from "cloudflare:workers";

/** Every row of every table of the service, by the table's name. */
export async function allRows(): Promise<Record<string, unknown[]>> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  const tables: Record<string, unknown[]> = {};
  for (const { name } of results) {
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
