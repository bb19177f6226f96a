import { beforeEach, describe, expect, it } from "vitest";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { startService } from "../../support/service.ts";
import { mailTo, newAddress, PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const provider = openLoopback();
const guarded = startService({
  env: {
    CAPTCHA_PROVIDER: "turnstile",
    CAPTCHA_SITE_KEY: "site-key",
    CAPTCHA_SECRET: "captcha-secret",
    CAPTCHA_API_BASE: provider.url,
  },
});
/** The same storage without captchas, to prepare users. */
const open = startService({ clock: guarded.clock });

const respondWith = (action: string, success = true) =>
  provider.answer({
    kind: "respond",
    status: 200,
    body: JSON.stringify({ success, hostname: "gatehouse.test", action, "error-codes": [] }),
  });
const WRONG_SECRET = JSON.stringify({ success: false, "error-codes": ["invalid-input-secret"] });
const respondWith500 = () => provider.answer({ kind: "respond", status: 500 });
const providerCalls = async () => (await provider.requests()).length;
const registration = (fields: object = {}) => ({
  email: newAddress(),
  password: PASSWORD,
  name: "Ada",
  ...fields,
});

describe("routes that require a captcha", () => {
  beforeEach(() => respondWith("register"));

  it("requires a captcha to register, and creates no account without it", async () => {
    const body = registration();
    const without = await guarded.post("/register", body);
    expect([without.status, without.body.error?.code]).toEqual([403, "captcha_required"]);
    await respondWith("register", false);
    const failed = await guarded.post("/register", { ...body, captchaToken: "bad" });
    expect([failed.status, failed.body.error?.code]).toEqual([403, "captcha_failed"]);
    await respondWith500();
    const down = await guarded.post("/register", { ...body, captchaToken: "good" });
    expect([down.status, down.body.error?.code]).toEqual([503, "unavailable"]);
    expect(await mailTo(open, body.email)).toEqual([]);
    await respondWith("register");
    expect((await guarded.post("/register", { ...body, captchaToken: "good" })).status).toBe(201);
    expect(await mailTo(open, body.email)).toHaveLength(1);
  });

  it.each([
    ["error_named", { kind: "respond", status: 200, body: WRONG_SECRET }],
    ["bad_status", { kind: "respond", status: 500 }],
    ["bad_answer", { kind: "respond", status: 200, body: "<html>proxy</html>" }],
    ["unreachable", { kind: "close" }],
  ] as const)("logs why the captcha provider failed: %s", async (kind, answer) => {
    await provider.answer(answer);
    const refused = await guarded.post("/register", registration({ captchaToken: "good" }));
    expect([refused.status, refused.body.error?.code]).toEqual([503, "unavailable"]);
    expect(guarded.log.at(-1)?.providerErrors).toEqual([`turnstile: ${kind}`]);
  });

  it("logs no provider error for a failed captcha", async () => {
    await respondWith("register", false);
    await guarded.post("/register", registration({ captchaToken: "bad" }));
    expect(guarded.log.at(-1)?.providerErrors).toBeUndefined();
  });

  it("refuses a captcha that was passed for another action", async () => {
    await respondWith("login");
    expect((await guarded.post("/register", registration({ captchaToken: "good" }))).body.error?.code).toBe(
      "captcha_failed",
    );
  });

  it("does not consume the captcha if the password is refused", async () => {
    const before = await providerCalls();
    const answer = await guarded.post(
      "/register",
      registration({ password: "password1", captchaToken: "good" }),
    );
    expect([answer.status, await providerCalls()]).toEqual([400, before]);
  });

  it("requires a captcha at forgot-password, for a known and an unknown address alike", async () => {
    const { email } = await registerVerifiedUser(open);
    const before = (await mailTo(open, email)).length;
    for (const address of [email, newAddress()]) {
      const without = await guarded.post("/forgot-password", { email: address });
      expect([without.status, without.body.error?.code]).toEqual([403, "captcha_required"]);
    }
    expect(await mailTo(open, email)).toHaveLength(before);
    await respondWith("forgot");
    expect((await guarded.post("/forgot-password", { email, captchaToken: "good" })).status).toBe(200);
    expect(await mailTo(open, email)).toHaveLength(before + 1);
  });

  it("requires a captcha at login after three failures, for a known and an unknown address alike, before it checks the password", async () => {
    const { email } = await registerVerifiedUser(open);
    for (const address of [email, newAddress()]) {
      for (let failure = 0; failure < 3; failure++) {
        const wrong = await guarded.post("/login", { email: address, password: "wrong one" });
        expect(wrong.body.error?.code).toBe("invalid_credentials");
      }
      for (let attempt = 0; attempt < 12; attempt++) {
        const without = await guarded.post("/login", { email: address, password: PASSWORD });
        expect([without.status, without.body.error?.code]).toEqual([403, "captcha_required"]);
      }
      await respondWith500();
      const down = await guarded.post("/login", { email: address, password: PASSWORD, captchaToken: "good" });
      expect([down.status, down.body.error?.code]).toEqual([503, "unavailable"]);
      await respondWith("login");
      const checked = await guarded.post("/login", {
        email: address,
        password: PASSWORD,
        captchaToken: "good",
      });
      expect(checked.status).toBe(address === email ? 200 : 401);
    }
  });

  it("accepts a proof of /captcha/verify as a captcha token once", async () => {
    await respondWith("prove");
    const proved = await guarded.post("/captcha/verify", { token: "good" });
    expect(proved.body.data).toEqual({ humanProof: expect.stringMatching(/^hp_/), expiresIn: 300 });
    const captchaToken = proved.body.data.humanProof;
    expect((await guarded.post("/register", registration({ captchaToken }))).status).toBe(201);
    const again = await guarded.post("/register", registration({ captchaToken }));
    expect([again.status, again.body.error?.code]).toEqual([403, "captcha_failed"]);
  });
});
