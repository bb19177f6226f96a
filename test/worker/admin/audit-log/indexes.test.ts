import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { recordD1 } from "../../../support/d1.ts";
import { startService } from "../../../support/service.ts";
import { signedInAs } from "../../../support/users.ts";

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
  const list = d1.statements.find(({ sql }) => /from "audit_events"/.test(sql));
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${list?.sql}`)
    .bind(...(list?.values ?? []))
    .all<{ detail: string }>();
  expect(plan.results.map(({ detail }) => detail).join("\n")).toContain(`USING INDEX ${index} `);
});
