import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { openBrowser } from "../../support/browser.ts";
import { startSecondFactor } from "../../support/one-time-codes.ts";
import { openPageBrowser } from "../../support/pages.ts";
import { type ApiResponse, createTestClock, startService } from "../../support/service.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const start = (values: Record<string, unknown> = {}) =>
  startService({ env: values, clock: createTestClock() });

/** The Max-Age of each session cookie of a response; null without one. */
const maxAges = ({ headers }: Pick<ApiResponse, "headers">): Record<string, number | null> =>
  Object.fromEntries(
    headers.getSetCookie().flatMap((cookie) => {
      const [, name] = /^__Host-(gh_access|gh_refresh|gh_device)=/.exec(cookie) ?? [];
      if (name === undefined) return [];
      const [, seconds] = /;\s*Max-Age=(\d+)/i.exec(cookie) ?? [];
      expect(cookie).not.toMatch(/;\s*Expires=/i);
      return [[name, seconds === undefined ? null : Number(seconds)]];
    }),
  );

const BROWSER_SESSION = { gh_access: null, gh_refresh: null };
const PERSISTENT = { gh_access: 900, gh_refresh: (7 * DAY) / 1000 };
const DEVICE = { gh_device: expect.any(Number) };

const storedSession = () =>
  env.DB.prepare(
    "SELECT is_persistent, idle_expires_at - last_used_at AS idle FROM sessions ORDER BY created_at DESC, rowid DESC LIMIT 1",
  ).first<{ is_persistent: number; idle: number }>();

async function signIn(fields: object, values: Record<string, unknown> = {}) {
  const service = start(values);
  const { email } = await registerVerifiedUser(service);
  const browser = openBrowser(service);
  const body = { email, password: PASSWORD, transport: "cookie", ...fields };
  const answer = await browser.write("POST", "/login", body);
  return { service, browser, email, answer };
}

describe("rememberMe of POST /login", () => {
  it.each([[{}], [{ rememberMe: true }]])("%j: persistent cookies, also after a rotation", async (fields) => {
    const { service, browser, answer } = await signIn(fields);
    expect(maxAges(answer)).toEqual({ ...PERSISTENT, ...DEVICE });
    expect(await storedSession()).toEqual({ is_persistent: 1, idle: 7 * DAY });
    service.clock.advance(HOUR);
    expect(maxAges(await browser.write("POST", "/refresh"))).toEqual(PERSISTENT);
    expect((await storedSession())?.idle).toBe(7 * DAY);
  });

  it("false: cookies without Max-Age, also after several rotations; the device stays known", async () => {
    const { service, browser, answer } = await signIn({ rememberMe: false });
    expect(maxAges(answer)).toEqual({ ...BROWSER_SESSION, ...DEVICE });
    expect(await storedSession()).toEqual({ is_persistent: 0, idle: DAY });
    for (let rotations = 0; rotations < 3; rotations += 1) {
      service.clock.advance(HOUR);
      const refreshed = await browser.write("POST", "/refresh");
      expect(maxAges(refreshed)).toEqual(BROWSER_SESSION);
      expect(await storedSession()).toEqual({ is_persistent: 0, idle: DAY });
    }
  });

  it("false: the session ends after 24 hours without use, and not before", async () => {
    const { service, browser } = await signIn({ rememberMe: false });
    service.clock.advance(DAY - 1000);
    expect((await browser.write("POST", "/refresh")).status).toBe(200);
    service.clock.advance(DAY);
    const ended = await browser.write("POST", "/refresh");
    expect([ended.status, ended.body.error?.code]).toEqual([401, "refresh_invalid"]);
  });

  it("false: a shorter idle lifetime and the maximum lifetime of the configuration still apply", async () => {
    await signIn({ rememberMe: false }, { REFRESH_IDLE_TTL: "3600" });
    expect((await storedSession())?.idle).toBe(HOUR);
    const { service, browser } = await signIn({ rememberMe: false }, { REFRESH_MAX_TTL: "90000" });
    service.clock.advance(20 * HOUR);
    await browser.write("POST", "/refresh");
    expect((await storedSession())?.idle).toBe(5 * HOUR);
  });

  it("false: the tokens in a response body follow the shorter lifetime", async () => {
    const service = start();
    const { email } = await registerVerifiedUser(service);
    const { data } = (await service.post("/login", { email, password: PASSWORD, rememberMe: false })).body;
    expect(data.refreshExpiresIn).toBe(DAY / 1000);
    expect(data).not.toHaveProperty("isPersistent");
    service.clock.advance(HOUR);
    const refreshed = await service.post("/refresh", { refreshToken: data.refreshToken });
    expect(refreshed.body.data.refreshExpiresIn).toBe(DAY / 1000);
  });

  it.each(["yes", 0, null])("%j is refused", async (rememberMe) => {
    const { answer } = await signIn({ rememberMe });
    expectErrorResponse(answer, 400, "validation_failed");
  });

  it.each([
    [false, BROWSER_SESSION],
    [true, PERSISTENT],
  ])("%s is kept through a second factor", async (rememberMe, expected) => {
    const { service, browser, email, answer } = await signIn({ rememberMe }, { SECOND_FACTOR: "required" });
    const { challengeId } = answer.body.data;
    const [, code = ""] = /\b(\d{6})\b/.exec((await mailTo(service, email))[0]?.text ?? "") ?? [];
    const completed = await browser.write("POST", "/login/otp", { challengeId, code, transport: "cookie" });
    expect(completed.status).toBe(200);
    expect(maxAges(completed)).toEqual({ ...expected, ...DEVICE });
    expect((await storedSession())?.is_persistent).toBe(rememberMe ? 1 : 0);
  });
});

describe("the checkbox of the sign-in page", () => {
  async function open(values: Record<string, unknown> = {}) {
    const service = start(values);
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit("/sign-in");
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    return { service, email, browser, page, form: { csrf, email, password: PASSWORD } };
  }
  const isChecked = (text: string) => /<input type="checkbox" name="rememberMe"[^>]* checked/.test(text);

  it("is selected at first, and keeps what the user chose after an error", async () => {
    const { browser, page, form } = await open();
    expect(isChecked(page.text)).toBe(true);
    const wrong = { ...form, password: "a wrong password" };
    expect(isChecked((await browser.post("/sign-in", wrong)).text)).toBe(false);
    expect(isChecked((await browser.post("/sign-in", { ...wrong, rememberMe: "yes" })).text)).toBe(true);
  });

  it("selected: persistent cookies", async () => {
    const { browser, form } = await open();
    expect(maxAges(await browser.post("/sign-in", { ...form, rememberMe: "yes" }))).toMatchObject(PERSISTENT);
  });

  it("not selected: cookies of the browser session, also when a page rotates the refresh token", async () => {
    const { service, browser, form } = await open();
    expect(maxAges(await browser.post("/sign-in", form))).toMatchObject(BROWSER_SESSION);
    service.clock.advance(HOUR);
    const page = await browser.send("GET", "/account");
    expect([page.status, maxAges(page)]).toEqual([200, BROWSER_SESSION]);
  });

  it("not selected: kept through the page of the second factor", async () => {
    const { service, browser, email, form } = await open({ SECOND_FACTOR: "required" });
    expect((await browser.post("/sign-in", form)).headers.get("Location")).toBe("/sign-in/code");
    const page = await browser.visit("/sign-in/code");
    const [, code = ""] = /\b(\d{6})\b/.exec((await mailTo(service, email))[0]?.text ?? "") ?? [];
    const completed = await browser.press(page, { code });
    expect([completed.status, maxAges(completed)]).toEqual([303, { ...BROWSER_SESSION, ...DEVICE }]);
  });
});

it("a second factor opens a persistent session by default", async () => {
  const service = start({ SECOND_FACTOR: "required" });
  const { email } = await registerVerifiedUser(service);
  const { challengeId, code } = await startSecondFactor(service, email);
  await service.post("/login/otp", { challengeId, code });
  expect((await storedSession())?.is_persistent).toBe(1);
});
