import { drizzle } from "drizzle-orm/sqlite-proxy";
import { inject } from "vitest";

/** The database of the service, for the state that no client can create or wait for. */
export const database = drizzle(async (sql, params) => {
  const body = JSON.stringify({ sql, params });
  const response = await fetch(inject("clientsService").databaseUrl, { method: "POST", body });
  if (!response.ok) throw new Error(await response.text());
  return { rows: (await response.json()) as unknown[] };
});
