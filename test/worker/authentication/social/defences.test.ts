import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { recordD1, startWithHeldBatch } from "../../../support/d1.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { mailedCodeTo } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import {
  returnFromProvider,
  signInWithBrowser,
  startRedirect,
} from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, registerVerifiedUser } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** Signs in with an access token of GitHub, the shortest sign-in. */
async function gitHub(user: ReturnType<typeof socialUser>, at = service, more: object = {}) {
  return at.post("/social/github/token", { accessToken: await providers.tokenOf(user), ...more });
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

describe("second factor, lockout and deactivation at a social login", () => {
  const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

  it("requires the second factor as after a password and records both factors in amr", async () => {
    const user = socialUser();
    const answer = await gitHub(user, always);
    expect(Object.keys(answer.body.data).sort()).toEqual([
      "challengeId",
      "defaultFactor",
      "expiresIn",
      "factors",
      "otpRequired",
    ]);
    expect(await countSessions(user.email)).toBe(0);
    const { challengeId } = answer.body.data;
    const code = await mailedCodeTo(always, user.email);
    const signedIn = await always.post("/login/otp", { challengeId, code });
    expect(JSON.parse(atob(signedIn.body.data.token.split(".")[1])).amr).toEqual(["fed", "otp", "mfa"]);
    const { details } = (await env.DB.prepare(
      "SELECT details FROM audit_events WHERE type = 'signed_in' ORDER BY rowid DESC LIMIT 1",
    ).first()) as { details: string };
    expect(JSON.parse(details).amr).toBe("fed otp mfa");
  });

  it("redirects to the code page with the challenge in a cookie and without a session when a second factor is required", async () => {
    const browser = openBrowser(always);
    const user = socialUser();
    const answer = await signInWithBrowser(browser, "google", user, "?returnTo=/account/sessions");
    expect(answer.headers.get("Location")).toBe("/sign-in/code?returnTo=%2Faccount%2Fsessions#");
    expect(["access", "refresh", "device"].filter((name) => browser.jar.has(`__Host-gh_${name}`))).toEqual(
      [],
    );
    const [challengeId] = browser.jar.get("__Host-gh_challenge")?.split(".") ?? [];
    const body = {
      challengeId,
      code: await mailedCodeTo(always, user.email),
    };
    const signedIn = await browser.write("POST", "/login/otp", { ...body, transport: "cookie" });
    expect(signedIn.status).toBe(200);
    expect((await browser.send("GET", "/me")).body.data.email).toBe(user.email);
  });

  it("requires the second factor only on a new device under LOGIN_OTP=new_device", async () => {
    const newDeviceOnly = startService({ env: { ...providers.variables, LOGIN_OTP: "new_device" } });
    const user = socialUser();
    const { challengeId } = (await gitHub(user, newDeviceOnly)).body.data;
    const code = await mailedCodeTo(newDeviceOnly, user.email);
    const { deviceToken } = (await newDeviceOnly.post("/login/otp", { challengeId, code })).body.data;
    expect((await gitHub(user, newDeviceOnly, { deviceToken })).body.data.token).toBeTypeOf("string");
    expect((await gitHub(user, newDeviceOnly)).body.data.otpRequired).toBe(true);
  });

  it("refuses a social login during a lockout and accepts it afterwards", async () => {
    const { email } = await registerVerifiedUser(service);
    const user = socialUser({ email });
    await inParallel(10, () => service.post("/login", { email, password: "wrong" }));
    const answer = await gitHub(user);
    expectErrorResponse(answer, 429, "too_many_attempts");
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    const linked = await env.DB.prepare("SELECT 1 FROM identities WHERE subject = ?")
      .bind(`${providers.issuer}#${user.id}`)
      .first();
    expect(linked).toBeNull();
    service.clock.advance(5 * 60_000);
    expect((await gitHub(user)).status).toBe(200);
  });

  it("delivers no notice of a link that a lockout refuses", async () => {
    const { email } = await registerVerifiedUser(service);
    await inParallel(10, () => service.post("/login", { email, password: "wrong" }));
    const d1 = recordD1(env.DB);
    const recorded = startService({ env: { ...providers.variables, DB: d1.db }, clock: service.clock });
    const deliveries = () => d1.statements.filter(({ sql }) => /^update "outbox"/i.test(sql)).length;
    expectErrorResponse(await gitHub(socialUser({ email }), recorded), 429, "too_many_attempts");
    expect(deliveries()).toBe(0);
    service.clock.advance(5 * 60_000);
    expect((await gitHub(socialUser({ email }), recorded)).status).toBe(200);
    expect(deliveries()).toBeGreaterThan(0);
  });

  it("refuses the first social login with an address that is locked out", async () => {
    const user = socialUser();
    await inParallel(10, () => service.post("/login", { email: user.email, password: "wrong" }));
    expectErrorResponse(await gitHub(user), 429, "too_many_attempts");
    expect(await countSessions(user.email)).toBe(0);
  });

  it("neither counts a social login as a failed attempt nor resets the failed attempts", async () => {
    const user = socialUser();
    await gitHub(user);
    await inParallel(9, () => service.post("/login", { email: user.email, password: "wrong" }));
    for (let signIn = 0; signIn < 3; signIn += 1) expect((await gitHub(user)).status).toBe(200);
    await service.post("/login", { email: user.email, password: "wrong" });
    expectErrorResponse(await gitHub(user), 429, "too_many_attempts");
  });

  it("refuses a deactivated account by identity and by address", async () => {
    const user = socialUser();
    await gitHub(user);
    await run("UPDATE accounts SET status = 'deactivated' WHERE email = ?", user.email);
    expectErrorResponse(await gitHub(user), 403, "account_deactivated");
    expectErrorResponse(await gitHub(socialUser({ email: user.email })), 403, "account_deactivated");
    const browser = openBrowser(service);
    expectErrorResponse(
      await signInWithBrowser(browser, "google", socialUser({ email: user.email })),
      403,
      "account_deactivated",
    );
  });

  it("refuses an account that is deactivated during its callback", async () => {
    const user = socialUser();
    await gitHub(user);
    await providers.setUser(user);
    const before = await countSessions(user.email);
    // The first batch finds the account; the second opens the session.
    const held = startWithHeldBatch(2, providers.variables);
    const browser = openBrowser(held.service);
    const answer = returnFromProvider(browser, await startRedirect(browser, "github", user));
    await held.reached;
    await run("UPDATE accounts SET status = 'deactivated' WHERE email = ?", user.email);
    held.release();
    expectErrorResponse(await answer, 403, "account_deactivated");
    expect(await countSessions(user.email)).toBe(before);
  });

  it("notifies the owner of a social login from a new device", async () => {
    const user = socialUser();
    const from = async (ip: string) => {
      const accessToken = await providers.tokenOf(user);
      return service.call("POST", "/api/auth/social/github/token", { accessToken }, undefined, {
        "CF-Connecting-IP": ip,
        "User-Agent": "a browser",
      });
    };
    await from("192.0.2.1");
    await from("192.0.2.2");
    expect((await mailTo(service, user.email)).map(({ subject }) => subject)).toEqual([
      "New sign-in to Gatehouse",
    ]);
  });
});
