import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../../support/assertions.ts";
import { openPageBrowser, signedInPageBrowser } from "../../../../support/pages.ts";
import { createTestClock, startService } from "../../../../support/service.ts";
import { accountIdOf, logIn, PASSWORD, registerVerifiedUser, signedInAs } from "../../../../support/users.ts";

const service = startService({ clock: createTestClock() });
const UNLOCK = 'name="act" value="unlock"';

const guess = async (email: string, times: number) => {
  for (let n = 0; n < times; n++) await service.post("/login", { email, password: "a wrong guess" });
};

async function adminAndMember(language = "en") {
  const admin = await signedInAs(service, "admin");
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, admin.email, { language });
  return { browser, email, path: `/admin/users/${await accountIdOf(email)}` };
}

describe("lockouts on the user page of the admin", () => {
  it("shows the end of a lockout, and an unlock button only while the lockout is active", async () => {
    const { browser, email, path } = await adminAndMember();
    await guess(email, 9);
    const unlocked = await browser.visit(path);
    expect([unlocked.text.includes("locked"), unlocked.text.includes(UNLOCK)]).toEqual([false, false]);
    const now = service.clock.now();
    await guess(email, 1);
    const locked = await browser.visit(path);
    expect(locked.text).toContain("Sign-in from new devices is blocked until");
    expect(locked.text).toContain(`datetime="${new Date(now + 5 * 60_000).toISOString()}"`);
    expect(locked.text).not.toContain("Signing in from known devices");
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      429,
      "too_many_attempts",
    );
    const done = await browser.submit(locked, {}, "unlock");
    expect([done.text.includes("is unlocked."), done.text.includes(">locked<")]).toEqual([true, false]);
    expect(done.text).not.toContain(UNLOCK);
    await logIn(service, email);
  });

  it("distinguishes the lockouts of unknown devices, known devices and password confirmation", async () => {
    const { browser, email, path } = await adminAndMember("de");
    const knownBrowser = openPageBrowser(service);
    await knownBrowser.submit(await knownBrowser.visit("/sign-in"), { email, password: PASSWORD });
    const device = knownBrowser.jar.get("__Host-gh_device");
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

  it("shows a lockout only until it ends, and only for the locked user", async () => {
    const { browser, email, path } = await adminAndMember();
    await guess(email, 10);
    const other = `/admin/users/${await accountIdOf((await registerVerifiedUser(service)).email)}`;
    expect((await browser.visit(other)).text).not.toContain("locked");
    expect((await browser.visit(path)).text).toContain("locked");
    service.clock.advance(5 * 60_000);
    expect((await browser.visit(path)).text).not.toContain("locked");
  });
});
