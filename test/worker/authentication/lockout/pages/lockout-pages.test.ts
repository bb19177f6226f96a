import { describe, expect, it } from "vitest";
import { idOf, signedInAs } from "../../../../support/admins.ts";
import { openPages, signedInPages } from "../../../../support/pages.ts";
import { expectRefusal } from "../../../../support/refusal.ts";
import { createTestClock, startService } from "../../../../support/service.ts";
import { logIn, member, PASSWORD } from "../../../../support/users.ts";

const service = startService({ clock: createTestClock() });
const UNLOCK = 'name="act" value="unlock"';

const guess = async (email: string, times: number) => {
  for (let n = 0; n < times; n++) await service.post("/login", { email, password: "a wrong guess" });
};

async function adminAndSomebody(language = "en") {
  const admin = await signedInAs(service, "admin");
  const { email } = await member(service);
  const browser = await signedInPages(service, admin.email, { language });
  return { browser, email, path: `/admin/users/${await idOf(email)}` };
}

describe("a lock, on the page of the one who is locked out", () => {
  it("is shown with its end, and opened by a button that is there as long as it is shut", async () => {
    const { browser, email, path } = await adminAndSomebody();
    await guess(email, 9);
    const open = await browser.visit(path);
    expect([open.text.includes("locked"), open.text.includes(UNLOCK)]).toEqual([false, false]);
    const now = service.clock.now();
    await guess(email, 1);
    const shut = await browser.visit(path);
    expect(shut.text).toContain("Signing in from unknown devices is locked until");
    expect(shut.text).toContain(`datetime="${new Date(now + 5 * 60_000).toISOString()}"`);
    expect(shut.text).not.toContain("Signing in from known devices");
    expectRefusal(await service.post("/login", { email, password: PASSWORD }), 429, "too_many_attempts");
    const done = await browser.submit(shut, {}, "unlock");
    expect([done.text.includes("Done."), done.text.includes("locked")]).toEqual([true, false]);
    expect(done.text).not.toContain(UNLOCK);
    await logIn(service, email);
  });

  it("is told from that of known devices, and of a session that confirms its password", async () => {
    const { browser, email, path } = await adminAndSomebody("de");
    const known = openPages(service);
    await known.submit(await known.visit("/sign-in"), { email, password: PASSWORD });
    const device = known.jar.get("__Host-gh_device");
    for (let n = 0; n < 10; n++) {
      await service.post("/login", { email, password: "a wrong guess", deviceToken: device });
    }
    const { token } = await logIn(service, email);
    for (let n = 0; n < 10; n++) {
      await service.post("/me/deactivate", { password: "a wrong guess" }, token);
    }
    const { text } = await browser.visit(path);
    expect(text).toContain("Anmeldung von bekannten Geräten ist gesperrt");
    expect(text).toContain("Bestätigen des Passworts ist gesperrt");
    expect(text).not.toContain("unbekannten Geräten");
  });

  it("is gone when its time is over, and is nobody else's", async () => {
    const { browser, email, path } = await adminAndSomebody();
    await guess(email, 10);
    const other = `/admin/users/${await idOf((await member(service)).email)}`;
    expect((await browser.visit(other)).text).not.toContain("locked");
    expect((await browser.visit(path)).text).toContain("locked");
    service.clock.advance(5 * 60_000);
    expect((await browser.visit(path)).text).not.toContain("locked");
  });
});
