import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../support/assertions.ts";
import { openBrowser } from "../../support/browser.ts";
import { markDeviceAsKnown, newPhoneNumber, startSecondFactor } from "../../support/one-time-codes.ts";
import { HOUR } from "../../support/outbox.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { idTokenOf, returnFromProvider, startRedirect } from "../../support/social/browser-flow.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { newAddress, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const LIMIT = 7;
const RATE_LIMITS = JSON.stringify({
  mail: { limit: LIMIT, windowSeconds: 3600 },
  text: { limit: LIMIT, windowSeconds: 3600 },
});

const ONE_MAIL = JSON.stringify({ mail: { limit: 1, windowSeconds: 3600 } });

const ONE_TEXT = JSON.stringify({ text: { limit: 1, windowSeconds: 3600 } });

const providers = openProviders();

const startLimited = (variables: Record<string, string> = {}) =>
  startService({ clock: createTestClock(), env: { RATE_LIMITS, BURST: undefined, ...variables } });

let clients = 0;
const newClient = () => ({ "CF-Connecting-IP": `203.0.113.${++clients}` });

const countAccounts = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM accounts").first<number>("n")) ?? -1;

describe("exact limits of a client", () => {
  it("accepts exactly the limit of 50 parallel registrations, and creates as many accounts", async () => {
    const service = startLimited();
    const client = newClient();
    const before = await countAccounts();
    const answers = await inParallel(50, () =>
      service.call(
        "POST",
        "/api/auth/register",
        { email: newAddress(), password: PASSWORD, name: "Ada" },
        undefined,
        client,
      ),
    );
    // The KV limit refuses 30 of them, if its counter is written in time.
    expect(statusCounts(answers)[201]).toBe(LIMIT);
    expect((await countAccounts()) - before).toBe(LIMIT);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error?.code).toBe("rate_limited");
    expect(Number(refused?.headers.get("Retry-After"))).toBeLessThanOrEqual(3600);
  });

  it.each(["/forgot-password", "/verify-email/resend"])(
    "counts known and unknown addresses of POST %s alike",
    async (path) => {
      const service = startLimited();
      const client = newClient();
      const { email } = await registerVerifiedUser(startService());
      const request = (address: string) =>
        service.call("POST", `/api/auth${path}`, { email: address }, undefined, client);
      const answers = await inParallel(50, (at) => request(at % 2 === 0 ? email : newAddress()));
      expect(statusCounts(answers)[200]).toBe(LIMIT);
      for (const address of [email, newAddress()]) expect((await request(address)).status).toBe(429);
    },
  );

  it("accepts exactly the limit of 30 parallel texts of one client for different accounts", async () => {
    const service = startLimited();
    const client = newClient();
    const tokens: string[] = [];
    for (let user = 0; user < 10; user += 1) tokens.push((await registerAndLogIn(startService())).token);
    const answers = await inParallel(30, (at) =>
      service.call("POST", "/api/auth/me/phone", { phone: newPhoneNumber() }, tokens[at % 10], client),
    );
    expect(statusCounts(answers)[200]).toBe(LIMIT);
  });

  it("says with a refused text when the client's window ends", async () => {
    const service = startLimited({ RATE_LIMITS: ONE_TEXT });
    const client = newClient();
    const text = async () => {
      const { token } = await registerAndLogIn(startService({ clock: service.clock }));
      return service.call("POST", "/api/auth/me/phone", { phone: newPhoneNumber() }, token, client);
    };
    expect((await text()).status).toBe(200);
    service.clock.advance(HOUR / 4);
    const refused = await text();
    expectErrorResponse(refused, 429, "rate_limited");
    expect(refused.headers.get("Retry-After")).toBe("2700");
  });

  it("accepts exactly the limit of 20 parallel email changes of one client for different accounts", async () => {
    const service = startLimited();
    const client = newClient();
    const tokens: string[] = [];
    for (let user = 0; user < 20; user += 1) tokens.push((await registerAndLogIn(startService())).token);
    const body = () => ({ newEmail: newAddress(), password: PASSWORD });
    const answers = await inParallel(20, (at) =>
      service.call("POST", "/api/auth/me/email", body(), tokens[at], client),
    );
    expect(statusCounts(answers)).toEqual({ 200: LIMIT, 429: 20 - LIMIT });
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("Retry-After"))).toBeGreaterThan(60);
  });

  it("counts known and unknown challenges of POST /login/otp/resend alike", async () => {
    const service = startLimited();
    const client = newClient();
    const preparing = startService({ clock: service.clock });
    const { email, token } = await registerAndLogIn(preparing);
    await markDeviceAsKnown(token);
    await preparing.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    const { challengeId: known } = await startSecondFactor(preparing, email);
    service.clock.advance(2 * 60_000);
    const request = (challengeId: string) =>
      service.call("POST", "/api/auth/login/otp/resend", { challengeId }, undefined, client);
    const answers = await inParallel(20, (at) => request(at === 0 ? known : crypto.randomUUID()));
    expect(statusCounts(answers)).toEqual({ 200: LIMIT, 429: 20 - LIMIT });
    for (const challengeId of [known, crypto.randomUUID()])
      expectErrorResponse(await request(challengeId), 429, "rate_limited");
  });

  it("creates exactly the limit of accounts by 20 parallel sign-ins of new users at a provider", async () => {
    const service = startLimited(providers.variables);
    const client = newClient();
    const signIn = (body: object) =>
      service.call("POST", "/api/auth/social/github/token", body, undefined, client);
    const known = { accessToken: await providers.tokenOf(socialUser()) };
    expect((await signIn(known)).status).toBe(200);
    const tokens: string[] = [];
    for (let user = 0; user < 20; user += 1) tokens.push(await providers.tokenOf(socialUser()));
    const before = await countAccounts();
    const answers = await inParallel(20, (at) => signIn({ accessToken: tokens[at] }));
    expect(statusCounts(answers)).toEqual({ 200: LIMIT - 1, 429: 21 - LIMIT });
    expect((await countAccounts()) - before).toBe(LIMIT - 1);
    // Only new accounts are counted.
    expect((await signIn(known)).status).toBe(200);
  });

  it.each(["off", "always"])(
    "creates no account and uses up no ID token over the limit (LOGIN_OTP=%s)",
    async (LOGIN_OTP) => {
      const service = startLimited({ ...providers.variables, LOGIN_OTP });
      const client = newClient();
      const signIn = (idToken: string, headers = client) =>
        service.call("POST", "/api/auth/social/google/token", { idToken }, undefined, headers);
      for (let user = 0; user < LIMIT; user += 1)
        expect((await signIn(await idTokenOf("google", socialUser()))).status).toBe(200);
      const idToken = await idTokenOf("google", socialUser());
      const before = await countAccounts();
      const refused = await signIn(idToken);
      expectErrorResponse(refused, 429, "rate_limited");
      expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(60);
      expect(await countAccounts()).toBe(before);
      expect((await signIn(idToken, newClient())).status).toBe(200);
    },
  );

  it("answers a browser's return from a provider with 429 over the limit", async () => {
    const service = startLimited({ ...providers.variables, RATE_LIMITS: ONE_MAIL });
    const client = newClient();
    const signIn = async () => {
      const user = socialUser();
      await providers.setUser(user);
      const browser = openBrowser(service);
      const callback = await startRedirect(browser, "github", user, "", client);
      return returnFromProvider(browser, callback, { Accept: null, ...client });
    };
    expect((await signIn()).status).toBe(302);
    const before = await countAccounts();
    expectErrorResponse(await signIn(), 429, "rate_limited");
    expect(await countAccounts()).toBe(before);
  });

  it("opens a new window after the first one has ended, and the refused requests do not extend it", async () => {
    const service = startLimited();
    const client = newClient();
    const request = () =>
      service.call("POST", "/api/auth/verify-email/resend", { email: newAddress() }, undefined, client);
    for (let count = 0; count < LIMIT + 3; count += 1) await request();
    service.clock.advance(HOUR - 1);
    expect((await request()).status).toBe(429);
    service.clock.advance(1);
    expect((await request()).status).toBe(200);
  });

  it("counts nothing for a wider network once a narrower one is over its limit", async () => {
    const service = startLimited();
    const from = (host: string) =>
      service.call("POST", "/api/auth/verify-email/resend", { email: newAddress() }, undefined, {
        "CF-Connecting-IP": `2001:db8:99:${host}::1`,
      });
    for (let count = 0; count < 10 * LIMIT; count += 1) await from("1");
    // The neighbour in the same /56 has a limit of its own.
    for (let count = 0; count < LIMIT; count += 1) expect((await from("2")).status).toBe(200);
    expect((await from("2")).status).toBe(429);
    expect((await from("3")).status).toBe(429);
    expect((await from("101")).status).toBe(200);
  });
});
