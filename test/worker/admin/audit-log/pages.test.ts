import { expect, it } from "vitest";
import { emptyTables } from "../../../support/database-rows.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { logIn, newAddress, registerVerifiedUser, signedInAs } from "../../../support/users.ts";

it("the last page of the audit log has no cursor, even if it is full", async () => {
  const service = startService();
  await emptyTables(service.env.DB);
  const { token } = await signedInAs(service, "superuser");
  const page = async (limit: number) => (await service.get(`/audit?limit=${limit}`, token)).body.data;
  const { events } = await page(100);
  expect(events.length).toBeGreaterThan(1);
  expect((await page(events.length)).nextCursor).toBeNull();
  expect((await page(events.length + 1)).nextCursor).toBeNull();
  expect((await page(events.length - 1)).nextCursor).not.toBeNull();
});

it("the page of the audit log names the actor only to those who may see the actor's account", async () => {
  const service = startService();
  const actor = newAddress();
  await registerVerifiedUser(service, actor, { name: "Sigrid", role: "superuser" });
  const user = await signedInAs(service, "user");
  const { token } = await logIn(service, actor);
  expect((await service.post(`/users/${user.id}/deactivate`, undefined, token)).status).toBe(200);
  const pageFor = async (role: "admin" | "superuser") => {
    const { email } = await signedInAs(service, role);
    return (await signedInPageBrowser(service, email)).visit(`/admin/audit?userId=${user.id}`);
  };
  expect((await pageFor("superuser")).text).toContain("Sigrid");
  const forAdmin = await pageFor("admin");
  expect(forAdmin.text).toContain("Deactivated");
  expect(forAdmin.text).not.toContain("Sigrid");
});
