import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { recordD1 } from "../../../support/d1.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { signedInAs } from "../../../support/users.ts";

/** How SQLite finds the events of the last list. */
async function planOf({ statements }: Pick<ReturnType<typeof recordD1>, "statements">): Promise<string> {
  const list = statements.find(({ sql }) => /from "audit_events"/.test(sql));
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${list?.sql}`)
    .bind(...(list?.values ?? []))
    .all<{ detail: string }>();
  return plan.results.map(({ detail }) => detail).join("\n");
}

it.each([
  ["the account", (id: string) => `userId=${id}`, "audit_events_account"],
  ["the type", () => "type=signed_in", "audit_events_type"],
  // Most accounts have few events, and most types many.
  ["the account and the type", (id: string) => `userId=${id}&type=signed_in`, "audit_events_account"],
])("the filter of the audit log by %s reads by an index of its own", async (_title, query, index) => {
  const d1 = recordD1(env.DB);
  const service = startService({ env: { DB: d1.db } });
  const superuser = await signedInAs(service, "superuser");
  d1.statements.length = 0;
  expect((await service.get(`/audit?${query(superuser.id)}`, superuser.token)).status).toBe(200);
  expect(await planOf(d1)).toContain(`USING INDEX ${index} `);
});

it.each([
  ["dates", "", "audit_events_at (at>? AND (at,id)<(?,?))"],
  [
    "dates and address",
    "&user=ada%40example.com",
    "audit_events_account (account_id=? AND at>? AND (at,id)<(?,?))",
  ],
  ["dates and type", "&type=signed_in", "audit_events_type (type=? AND at>? AND (at,id)<(?,?))"],
  [
    "dates, address and type",
    "&user=ada%40example.com&type=signed_in",
    "audit_events_account (account_id=? AND at>? AND (at,id)<(?,?))",
  ],
])("the filter of the page by %s reads the range of an index", async (_title, query, range) => {
  const d1 = recordD1(env.DB);
  const service = startService({ env: { DB: d1.db } });
  const { email } = await signedInAs(service, "superuser");
  const browser = await signedInPageBrowser(service, email);
  d1.statements.length = 0;
  await browser.visit(`/admin/audit?from=2026-01-01&to=2026-12-31${query}`);
  expect(await planOf(d1)).toContain(`USING INDEX ${range}`);
});
