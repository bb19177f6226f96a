import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { type ApiResponse, type Service, startService } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  accountIdOf,
  linkMailedTo,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
} from "../../../support/users.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NEW_PASSWORD = "another quiet harbour";

const guess = (service: Service, email: string, deviceToken?: string) =>
  service.post("/login", { email, password: "not the password", deviceToken });
const signIn = (service: Service, email: string, deviceToken?: string) =>
  service.post("/login", { email, password: PASSWORD, deviceToken });

/** Fails nine times before each quiet period, so no lockout starts. */
async function failSlowly(service: Service, email: string, failures: number, deviceToken?: string) {
  for (let failed = 0; failed < failures; failed += 9) {
    await inParallel(Math.min(9, failures - failed), () => guess(service, email, deviceToken));
    service.clock.advance(15 * MINUTE);
  }
}

const stopMails = async (service: Service, email: string) =>
  (await mailTo(service, email)).filter((mail) => mail.subject.includes("is stopped until")).length;

/** The parts of a response that a client can observe. */
const observable = ({ status, body, headers }: ApiResponse) =>
  JSON.stringify([status, body.error?.code, body.message, headers.get("Retry-After"), [...headers.keys()]]);

/** A user with a known device, after 100 failures on unknown devices. */
async function stoppedUser(service: Service) {
  const { email } = await registerVerifiedUser(service);
  const { deviceToken } = (await signIn(service, email)).body.data;
  await failSlowly(service, email, 100);
  return { email, deviceToken };
}

describe("100 consecutive failures", () => {
  it("stops password sign-in on unknown devices until a password reset, however slow the guesses are", async () => {
    const service = startService();
    const { email } = await stoppedUser(service);
    expect((await signIn(service, email)).status).toBe(429);
    service.clock.advance(30 * DAY);
    await service.runCron("17 * * * *");
    const refused = await signIn(service, email);
    expect([refused.status, refused.body.error?.code]).toEqual([429, "too_many_attempts"]);
    expect(refused.body.message).toMatch(/Reset the password/);
    expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: NEW_PASSWORD };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    await logIn(service, email, NEW_PASSWORD);
  });

  it("does not stop sign-in after 99 failures, and a success starts the count again", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    await failSlowly(service, email, 99);
    expect((await signIn(service, email)).status).toBe(200);
    await failSlowly(service, email, 99);
    expect((await signIn(service, email)).status).toBe(200);
  });

  it("evaluates exactly the hundredth of many parallel guesses", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    await failSlowly(service, email, 97);
    expect(statusCounts(await inParallel(40, () => guess(service, email)))).toEqual({ 401: 3, 429: 37 });
    service.clock.advance(DAY);
    expect((await guess(service, email)).status).toBe(429);
  });

  it("exempts known devices and sign-in by a provider", async () => {
    const providers = openProviders();
    const service = startService({ env: providers.variables });
    const user = socialUser({});
    await providers.setUser(user);
    const accessToken = await providers.tokenOf(user);
    expect((await service.post("/social/github/token", { accessToken })).status).toBe(200);
    await failSlowly(service, user.email, 100);
    expect((await guess(service, user.email)).status).toBe(429);
    expect((await service.post("/social/github/token", { accessToken })).status).toBe(200);

    const { email, deviceToken } = await stoppedUser(service);
    expect((await signIn(service, email, deviceToken)).status).toBe(200);
    await failSlowly(service, email, 108, deviceToken);
    expect((await signIn(service, email, deviceToken)).status).toBe(200);
    // The success of a known device does not open sign-in on unknown ones.
    expect((await signIn(service, email)).status).toBe(429);
    // The owner was told once, of the stop on unknown devices.
    expect(await stopMails(service, email)).toBe(1);
  });

  it("tells the owner once by mail, with the way to a new password", async () => {
    const service = startService();
    const { email } = await stoppedUser(service);
    await inParallel(20, () => guess(service, email));
    service.clock.advance(DAY);
    await inParallel(20, () => guess(service, email));
    expect(await stopMails(service, email)).toBe(1);
    const mail = (await mailTo(service, email)).find(({ subject }) => subject.includes("is stopped until"));
    expect(mail?.text).toContain("http://gatehouse.test/forgot-password");
    const events = "SELECT details FROM audit_events WHERE account_id = ? AND type = 'account_locked'";
    const { results } = await env.DB.prepare(events)
      .bind(await accountIdOf(email))
      .all();
    expect(results).toEqual([{ details: '{"unlock":"reset"}' }]);
  });

  it("answers for an address without an account as for an account", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    const unknown = newAddress();
    for (const address of [email, unknown]) {
      await failSlowly(service, address, 99);
      await guess(service, address);
      service.clock.advance(15 * MINUTE);
    }
    expect(observable(await signIn(service, unknown))).toBe(observable(await signIn(service, email)));
  });

  it("shows the stop to an admin, who ends it", async () => {
    const service = startService();
    const { email } = await stoppedUser(service);
    const admin = await signedInAs(service, "admin");
    const id = await accountIdOf(email);
    const browser = openPageBrowser(service);
    await browser.submit(await browser.visit("/sign-in"), { email: admin.email, password: PASSWORD });
    expect((await browser.visit(`/admin/users/${id}`)).text).toContain("blocked until the password is reset");
    const { token } = await logIn(service, admin.email);
    expect((await service.post(`/users/${id}/unlock`, undefined, token)).status).toBe(200);
    expect((await signIn(service, email)).status).toBe(200);
  });

  it("says on the sign-in page what to do", async () => {
    const service = startService();
    const { email } = await stoppedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(page.status).toBe(429);
    expect(page.text).toContain("Please choose a new password with “Forgot password”");
  });

  it("forgets the failures of an address without an account after a day, and keeps those of an account", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    await failSlowly(service, newAddress(), 9);
    await failSlowly(service, email, 9);
    service.clock.advance(2 * DAY);
    await service.runCron("17 * * * *");
    const rows = await env.DB.prepare(
      "SELECT account_id, consecutive_failures AS n FROM attempt_counters",
    ).all();
    expect(rows.results).toContainEqual({ account_id: await accountIdOf(email), n: 9 });
    expect(rows.results.filter(({ account_id }) => account_id === null)).toEqual([]);
  });
});

describe("the browser that completes a password reset", () => {
  it("is a known device, so that later guesses of others do not lock it out", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: NEW_PASSWORD };
    const { deviceToken } = (await service.post("/reset-password", reset)).body.data;
    await inParallel(20, () => guess(service, email));
    expect((await service.post("/login", { email, password: NEW_PASSWORD })).status).toBe(429);
    const own = await service.post("/login", { email, password: NEW_PASSWORD, deviceToken });
    expect(own.status).toBe(200);

    await service.post("/forgot-password", { email });
    const browser = openPageBrowser(service);
    const page = await browser.visit(await linkMailedTo(service, email));
    await browser.submit(page, { newPassword: "yet another harbour" });
    await inParallel(20, () => guess(service, email));
    const signedIn = await browser.submit(await browser.visit("/sign-in"), {
      email,
      password: "yet another harbour",
    });
    expect([signedIn.status, signedIn.path]).toEqual([200, "/account"]);
  });

  it("still needs the second factor of a new device, and its sign-in is notified", async () => {
    const service = startService({ env: { LOGIN_OTP: "new_device" } });
    const off = startService({ clock: service.clock });
    const { email } = await registerVerifiedUser(off);
    await signIn(off, email);
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: NEW_PASSWORD };
    const { deviceToken } = (await service.post("/reset-password", reset)).body.data;
    const challenge = await service.post("/login", { email, password: NEW_PASSWORD, deviceToken });
    expect(challenge.body.data).toMatchObject({ otpRequired: true });
    const notices = async () =>
      (await mailTo(service, email)).filter(({ subject }) => subject === "New sign-in to Gatehouse").length;
    const before = await notices();
    await off.post("/login", { email, password: NEW_PASSWORD, deviceToken });
    expect(await notices()).toBe(before + 1);
  });
});
