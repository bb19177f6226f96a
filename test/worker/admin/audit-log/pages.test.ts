import { describe, expect, it } from "vitest";
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

describe("the filters of the page of the audit log", () => {
  const DAY = 86_400_000;
  const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10);

  async function twoDaysOfEvents() {
    const service = startService();
    const { email: admin } = await signedInAs(service, "admin");
    const user = await signedInAs(service, "user");
    const other = await signedInAs(service, "user");
    const today = service.clock.now();
    service.clock.advance(DAY);
    await logIn(service, user.email);
    const browser = await signedInPageBrowser(service, admin);
    const rows = async (query: Record<string, string>) => {
      const { text } = await browser.visit(`/admin/audit?${new URLSearchParams(query)}`);
      return { text, count: text.match(/<li>/g)?.length ?? 0 };
    };
    return { user, other, today, rows };
  }

  it("find the events of a user by address, in any case, or by id", async () => {
    const { user, other, rows } = await twoDaysOfEvents();
    const all = await rows({ user: user.id });
    expect(all.count).toBeGreaterThan(1);
    expect(all.text).toContain(`name="user" type="text" value="${user.id}"`);
    const found = await rows({ user: ` ${user.email.toUpperCase()} ` });
    expect(found.count).toBe(all.count);
    expect(found.text).not.toContain(other.id);
    expect((await rows({ user: "unknown@example.com" })).text).toContain("No events.");
  });

  it("find the events of days, both included", async () => {
    const { user, today, rows } = await twoDaysOfEvents();
    const { email } = user;
    const all = (await rows({ user: email })).count;
    const [first, second] = [dateOf(today), dateOf(today + DAY)];
    const before = (await rows({ user: email, to: first })).count;
    const after = await rows({ user: email, from: second, to: second });
    expect([after.count, before + after.count]).toEqual([1, all]);
    expect(after.text).toContain("Signed in");
    expect(after.text).toContain(`name="from" type="date" value="${second}"`);
    expect((await rows({ user: email, from: first, to: second })).count).toBe(all);
    expect((await rows({ user: email, from: dateOf(today + 2 * DAY) })).text).toContain("No events.");
  });

  it("explain what is neither an address nor an id", async () => {
    const { rows } = await twoDaysOfEvents();
    const { text, count } = await rows({ user: "ada" });
    expect(count).toBe(0);
    expect(text).toContain("Please enter an email address or the ID of a user.");
    expect(text).toContain('value="ada"');
  });
});
