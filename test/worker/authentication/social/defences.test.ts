import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import { startHeld } from "../../../support/held-d1.ts";
import { inParallel } from "../../../support/parallel.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { codeMailedTo } from "../../../support/second-factor.ts";
import { startService } from "../../../support/service.ts";
import { TO_APP } from "../../../support/social/app.ts";
import {
  returnFromProvider,
  signInWithBrowser,
  startRedirect,
} from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { sessionsOf } from "../../../support/tables.ts";
import { mailTo, member } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** The quickest way in: GitHub's own token, as an app has it. */
async function gitHub(person: ReturnType<typeof socialUser>, of = service, more: object = {}) {
  return of.post("/social/github/token", { accessToken: await providers.tokenOf(person), ...more });
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();

describe("the second step, the lock and deactivation", () => {
  const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });

  it("ask for a code as after a password, and the session says how both steps went", async () => {
    const person = socialUser();
    const answer = await gitHub(person, always);
    expect(Object.keys(answer.body.data).sort()).toEqual(["challengeId", "expiresIn", "otpRequired"]);
    expect(await sessionsOf(person.email)).toBe(0);
    const { challengeId } = answer.body.data;
    const code = await codeMailedTo(always, person.email);
    const signedIn = await always.post("/login/otp", { challengeId, code });
    expect(JSON.parse(atob(signedIn.body.data.token.split(".")[1])).amr).toEqual(["fed", "otp"]);
    const { details } = (await env.DB.prepare(
      "SELECT details FROM audit_events WHERE type = 'signed_in' ORDER BY rowid DESC LIMIT 1",
    ).first()) as { details: string };
    expect(JSON.parse(details).amr).toBe("fed otp");
  });

  it("send a browser on with the challenge, and without a session", async () => {
    const browser = openBrowser(always);
    const person = socialUser();
    const answer = await signInWithBrowser(browser, "google", person, "?returnTo=/sign-in");
    const url = new URL(answer.headers.get("Location") ?? "");
    expect(url.pathname).toBe("/sign-in");
    expect(answer.headers.getSetCookie()).toEqual([]);
    const body = {
      challengeId: url.searchParams.get("challengeId"),
      code: await codeMailedTo(always, person.email),
    };
    const signedIn = await browser.write("POST", "/login/otp", { ...body, transport: "cookie" });
    expect(signedIn.status).toBe(200);
    expect((await browser.send("GET", "/me")).body.data.email).toBe(person.email);
  });

  it("ask for a code on a new device alone, where that is the rule, and know the device again", async () => {
    const careful = startService({ env: { ...providers.variables, LOGIN_OTP: "new_device" } });
    const person = socialUser();
    const { challengeId } = (await gitHub(person, careful)).body.data;
    const code = await codeMailedTo(careful, person.email);
    const { deviceToken } = (await careful.post("/login/otp", { challengeId, code })).body.data;
    expect((await gitHub(person, careful, { deviceToken })).body.data.token).toBeTypeOf("string");
    expect((await gitHub(person, careful)).body.data.otpRequired).toBe(true);
  });

  it("hold for somebody who is locked out, and let them in when the lock opens", async () => {
    const { email } = await member(service);
    const person = socialUser({ email });
    await inParallel(10, () => service.post("/login", { email, password: "wrong" }));
    const answer = await gitHub(person);
    expectRefusal(answer, 429, "too_many_attempts");
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    const linked = await env.DB.prepare("SELECT 1 FROM identities WHERE subject = ?")
      .bind(`${providers.issuer}#${person.id}`)
      .first();
    expect(linked).toBeNull();
    service.clock.advance(5 * 60_000);
    expect((await gitHub(person)).status).toBe(200);
  });

  it("hold for an address that has no account yet", async () => {
    const person = socialUser();
    await inParallel(10, () => service.post("/login", { email: person.email, password: "wrong" }));
    expectRefusal(await gitHub(person), 429, "too_many_attempts");
    expect(await sessionsOf(person.email)).toBe(0);
  });

  it("do not count a sign-in at a provider as a guess, nor forget the guesses of strangers", async () => {
    const person = socialUser();
    await gitHub(person);
    await inParallel(9, () => service.post("/login", { email: person.email, password: "wrong" }));
    for (let visit = 0; visit < 3; visit += 1) expect((await gitHub(person)).status).toBe(200);
    await service.post("/login", { email: person.email, password: "wrong" });
    expectRefusal(await gitHub(person), 429, "too_many_attempts");
  });

  it("refuse a deactivated account, by identity and by address", async () => {
    const person = socialUser();
    await gitHub(person);
    await run("UPDATE accounts SET status = 'deactivated' WHERE email = ?", person.email);
    expectRefusal(await gitHub(person), 403, "account_deactivated");
    expectRefusal(await gitHub(socialUser({ email: person.email })), 403, "account_deactivated");
    const browser = openBrowser(service);
    expectRefusal(
      await signInWithBrowser(browser, "google", socialUser({ email: person.email })),
      403,
      "account_deactivated",
    );
  });

  it.each(["", TO_APP])(
    "refuse an account that is deactivated while its callback is looked at (%j)",
    async (query) => {
      const person = socialUser();
      await gitHub(person);
      await providers.be(person);
      const before = await sessionsOf(person.email);
      // The first batch finds who it is; the second lets them in.
      const slow = startHeld(2, providers.variables);
      const browser = openBrowser(slow.service);
      const answer = returnFromProvider(browser, await startRedirect(browser, "github", person, query));
      await slow.reached;
      await run("UPDATE accounts SET status = 'deactivated' WHERE email = ?", person.email);
      slow.letGo();
      expectRefusal(await answer, 403, "account_deactivated");
      expect(await sessionsOf(person.email)).toBe(before);
      const { n } = (await env.DB.prepare(
        "SELECT count(*) AS n FROM authorization_codes WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
      )
        .bind(person.email)
        .first()) as { n: number };
      expect(n).toBe(0);
    },
  );

  it("tell the owner of a sign-in from a new device", async () => {
    const person = socialUser();
    const from = async (ip: string) => {
      const accessToken = await providers.tokenOf(person);
      return service.call("POST", "/api/auth/social/github/token", { accessToken }, undefined, {
        "CF-Connecting-IP": ip,
        "User-Agent": "a browser",
      });
    };
    await from("192.0.2.1");
    await from("192.0.2.2");
    expect((await mailTo(service, person.email)).map(({ subject }) => subject)).toEqual([
      "New sign-in to Gatehouse",
    ]);
  });
});
