import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dumpDatabase, emptyTables } from "../../../support/database-rows.ts";
import { EVERY_MINUTE } from "../../../support/outbox.ts";
import { columnsOf, namingColumns } from "../../../support/personal-data.ts";
import { EXPORT_PLANS, plantPerson } from "../../../support/planted-person.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { startService } from "../../../support/service.ts";

const service = startService();
const rpc = createRpcCaller(service, { props: { permissions: ["export"] } });

beforeEach(() => emptyTables(env.DB));

async function exportOf(id: string): Promise<string> {
  const answer = await rpc.call("exportUser", id);
  if (!answer.ok) throw new Error(answer.reason);
  return new Response(answer.json).text();
}

describe("the personal data of an account", () => {
  it("every table that can name an account has a plan: derived from the schema", () => {
    const naming = [...new Set(namingColumns().map((column) => column.split(".")[0] as string))];
    const withOwnRow = new Set([...naming, "accounts"]);
    expect(Object.keys(EXPORT_PLANS).sort()).toEqual([...withOwnRow].sort());
  });

  it("each column that a plan leaves out exists", () => {
    for (const [table, plan] of Object.entries(EXPORT_PLANS)) {
      if (!("omits" in plan)) continue;
      const names = columnsOf(table).map(({ name }) => name);
      for (const column of Object.keys(plan.omits)) expect(names, table).toContain(column);
    }
  });

  it("the export has every column of every table that is not left out, and none that is", async () => {
    const { id, rows } = await plantPerson();
    const text = await exportOf(id);
    expect(() => JSON.parse(text)).not.toThrow();
    const missing: string[] = [];
    const leaked: string[] = [];
    for (const [table, [row = {}]] of rows) {
      const plan = EXPORT_PLANS[table];
      for (const column of columnsOf(table)) {
        const value = row[column.name];
        if (typeof value === "number" && column.columnType === "SQLiteBoolean") continue;
        if (value === null || value === undefined) continue;
        const isInstant = typeof value === "number" && value > 1e12;
        const shown = isInstant ? [new Date(value).toISOString(), String(value)] : [markerIn(String(value))];
        const isShown = shown.some((each) => text.includes(each));
        const isOmitted = plan === undefined || "excluded" in plan || column.name in plan.omits;
        if (!isOmitted && !isShown) missing.push(`${table}.${column.name}`);
        if (isOmitted && isShown && !isSharedValue(table, column.name))
          leaked.push(`${table}.${column.name}`);
      }
    }
    expect({ missing, leaked }).toEqual({ missing: [], leaked: [] });
  });

  it("after the erasure no row of any table names the account, except the audit log without IP addresses", async () => {
    const { id } = await plantPerson();
    await env.DB.prepare("UPDATE accounts SET deletion_due_at = ?").bind(service.clock.now()).run();
    // The planted notice waits for its client, which is told although the account is gone; then it is deleted.
    await env.DB.prepare("DELETE FROM oauth_logout_notices").run();
    await service.runCron(EVERY_MINUTE);
    const found: string[] = [];
    for (const [table, rows] of await dumpDatabase(env.DB)) {
      for (const row of rows) {
        for (const [column, value] of Object.entries(row)) {
          const text = String(value);
          if (text.includes(id) || text.includes("planted@example.com") || text.includes("4915112345678"))
            found.push(`${table}.${column}`);
        }
      }
    }
    expect([...new Set(found)].sort()).toEqual(["audit_events.account_id", "audit_events.actor_id"]);
    const { results } = await env.DB.prepare("SELECT type, ip FROM audit_events").all();
    expect(results).toHaveLength(2);
    expect(results.every(({ ip }) => ip === null)).toBe(true);
    const counts = await dumpDatabase(env.DB);
    for (const table of Object.keys(EXPORT_PLANS)) {
      if (table === "audit_events") continue;
      expect(counts.get(table), table).toEqual([]);
    }
  });
});

/** The part of a JSON value that the export keeps. */
const markerIn = (value: string): string => /[a-z_]+-[a-z_]+/.exec(value)?.[0] ?? value;

/** Columns whose value another exported column has, too. */
const isSharedValue = (table: string, column: string): boolean =>
  [
    "account_id",
    "actor_id",
    "email_key",
    "username_key",
    "requested_by",
    "recipient",
    "subject",
    "client_id",
  ].includes(column) ||
  (table === "oauth_authorization_codes" && column === "grant_id");
