import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { mailedCodeTo } from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { addPasskey, signInOptions } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: { ...providers.variables, LOGIN_OTP: "new_device" } });
const COOKIE = "__Host-gh_device";

type Browser = ReturnType<typeof openPageBrowser>;

/** Signs in and out in the browser. Returns whether the service asked for a code. */
async function signInAt(browser: Browser, email: string): Promise<boolean> {
  service.clock.advance(1000);
  for (const name of ["access", "refresh"]) browser.jar.delete(`__Host-gh_${name}`);
  const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
  if (page.path === "/account") return false;
  const done = await browser.submit(page, { code: await mailedCodeTo(service, email) });
  if (done.path !== "/account") throw new Error(`the code led to ${done.path}`);
  return true;
}

const users = async (count: number): Promise<string[]> => {
  const emails: string[] = [];
  for (let n = 0; n < count; n++) emails.push((await registerVerifiedUser(service)).email);
  return emails;
};

const cookieOf = (browser: Browser): string => decodeURIComponent(browser.jar.get(COOKIE) ?? "");
const tokensOf = (browser: Browser): string[] => cookieOf(browser).split("~");

/** The token of the last sign-in. */
const currentToken = (browser: Browser): string => tokensOf(browser)[0] ?? "";
const deviceIn = (token: string): string => decodeJwt(token).sub ?? "";
const cookies = (browser: Browser) => ({ Cookie: `${COOKIE}=${cookieOf(browser)}` });

/** A session on a known device, whose user may add a passkey. */
const tokenOfDevice = async (email: string, deviceToken: string): Promise<string> =>
  (await service.post("/login", { email, password: PASSWORD, deviceToken })).body.data.token;

const newDeviceNotices = async (email: string) =>
  (await mailTo(service, email)).filter(({ subject }) => subject === "New sign-in to Gatehouse").length;

describe("a browser that several users share", () => {
  it("asks each user once for a code, however often they take turns", async () => {
    const [a = "", b = ""] = await users(2);
    const browser = openPageBrowser(service);
    const asked: boolean[] = [];
    for (const email of [a, b, a, b, b, a]) asked.push(await signInAt(browser, email));
    expect(asked).toEqual([true, true, false, false, false, false]);
    expect(tokensOf(browser)).toHaveLength(2);
    expect([await newDeviceNotices(a), await newDeviceNotices(b)]).toEqual([0, 0]);
  });

  it("remembers them at the API with the cookie transport", async () => {
    const [a = "", b = ""] = await users(2);
    const browser = openPageBrowser(service);
    for (const email of [a, b]) await signInAt(browser, email);
    for (const email of [a, b]) {
      const login = { email, password: PASSWORD };
      const answer = await service.call("POST", "/api/auth/login", login, undefined, cookies(browser));
      expect(answer.body.data.token).toBeTypeOf("string");
    }
  });

  it("remembers the user of a passkey who was not the last one to sign in", async () => {
    const [a = "", b = ""] = await users(2);
    const browser = openPageBrowser(service);
    await signInAt(browser, a);
    const authenticator = createAuthenticator();
    await addPasskey(service, await tokenOfDevice(a, currentToken(browser)), authenticator);
    const device = deviceIn(currentToken(browser));
    await signInAt(browser, b);
    const deviceAfterPasskey = async (headers: Record<string, string>) => {
      const { challengeId, options } = await signInOptions(service);
      const body = { challengeId, assertion: await authenticator.get(options) };
      const answer = await service.call("POST", "/api/auth/login/passkey", body, undefined, headers);
      return deviceIn(answer.body.data.deviceToken);
    };
    expect(await deviceAfterPasskey(cookies(browser))).toBe(device);
    expect(await deviceAfterPasskey({})).not.toBe(device);
  });

  it("remembers the user of a provider who was not the last one to sign in", async () => {
    const [b = ""] = await users(1);
    const user = socialUser();
    const signIn = async (headers: Record<string, string>) => {
      const body = { accessToken: await providers.tokenOf(user) };
      return service.call("POST", "/api/auth/social/github/token", body, undefined, headers);
    };
    const { challengeId } = (await signIn({})).body.data;
    const code = await mailedCodeTo(service, user.email);
    const { deviceToken } = (await service.post("/login/otp", { challengeId, code })).body.data;
    const browser = openPageBrowser(service);
    browser.jar.set(COOKIE, deviceToken);
    await signInAt(browser, b);
    expect((await signIn(cookies(browser))).body.data.token).toBeTypeOf("string");
    expect((await signIn({})).body.data.otpRequired).toBe(true);
  });

  it("remembers the five users who signed in last", async () => {
    const [first = "", ...others] = await users(6);
    const browser = openPageBrowser(service);
    for (const email of [first, ...others]) await signInAt(browser, email);
    expect(tokensOf(browser)).toHaveLength(5);
    expect(cookieOf(browser).length).toBeLessThan(4000);
    for (const email of others) expect(await signInAt(browser, email)).toBe(false);
    expect(await signInAt(browser, first)).toBe(true);
  });

  it("forgets only the user who signs out and asks for it, or who removes the device", async () => {
    const [a = "", b = "", c = ""] = await users(3);
    const browser = openPageBrowser(service);
    for (const email of [a, b, c]) await signInAt(browser, email);
    await browser.submit(await browser.visit("/sign-out"), { forgetDevice: "yes" });
    expect(tokensOf(browser)).toHaveLength(2);
    await signInAt(browser, b);
    await browser.submit(await browser.visit("/account/devices"), { id: deviceIn(currentToken(browser)) });
    expect(tokensOf(browser)).toHaveLength(1);
    expect([await signInAt(browser, a), await signInAt(browser, b), await signInAt(browser, c)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("reads no more than five tokens, and ignores what is none", async () => {
    const [a = "", b = ""] = await users(2);
    const browser = openPageBrowser(service);
    await signInAt(browser, a);
    const [token = ""] = tokensOf(browser);
    const withCookie = async (cookie: string) => {
      const headers = { Cookie: `${COOKIE}=${cookie}` };
      const login = { email: a, password: PASSWORD };
      const answer = await service.call("POST", "/api/auth/login", login, undefined, headers);
      return [answer.status, answer.body.data.otpRequired === true];
    };
    expect(await withCookie(`~~x~${token}~`)).toEqual([200, false]);
    expect(await withCookie(`a~b~c~d~e~${token}`)).toEqual([200, true]);
    browser.jar.set(COOKIE, `a~b~c~${token}`);
    await signInAt(browser, b);
    expect(tokensOf(browser).filter((one) => one.startsWith("eyJ"))).toHaveLength(2);
    expect(tokensOf(browser)).toHaveLength(2);
  });
});
