import { beforeEach, describe, expect, it } from "vitest";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { startService } from "../../support/service.ts";
import { mailTo, member, newAddress, PASSWORD } from "../../support/users.ts";

const provider = openLoopback();
const guarded = startService({
  env: {
    CAPTCHA_PROVIDER: "turnstile",
    CAPTCHA_SITE_KEY: "site-key",
    CAPTCHA_SECRET: "captcha-secret",
    CAPTCHA_API_BASE: provider.url,
  },
});
/** The same storage without captchas, to prepare people. */
const open = startService({ clock: guarded.clock });

const says = (action: string, success = true) =>
  provider.answer({
    kind: "respond",
    status: 200,
    body: JSON.stringify({ success, hostname: "gatehouse.test", action, "error-codes": [] }),
  });
const WRONG_SECRET = JSON.stringify({ success: false, "error-codes": ["invalid-input-secret"] });
const outOfOrder = () => provider.answer({ kind: "respond", status: 500 });
const asked = async () => (await provider.requests()).length;
const person = (fields: object = {}) => ({ email: newAddress(), password: PASSWORD, name: "Ada", ...fields });

describe("where a captcha is asked for", () => {
  beforeEach(() => says("register"));

  it("registration needs one, and makes nobody without", async () => {
    const body = person();
    const without = await guarded.post("/register", body);
    expect([without.status, without.body.error?.code]).toEqual([403, "captcha_required"]);
    await says("register", false);
    const failed = await guarded.post("/register", { ...body, captchaToken: "bad" });
    expect([failed.status, failed.body.error?.code]).toEqual([403, "captcha_failed"]);
    await outOfOrder();
    const down = await guarded.post("/register", { ...body, captchaToken: "good" });
    expect([down.status, down.body.error?.code]).toEqual([503, "unavailable"]);
    expect(await mailTo(open, body.email)).toEqual([]);
    await says("register");
    expect((await guarded.post("/register", { ...body, captchaToken: "good" })).status).toBe(201);
    expect(await mailTo(open, body.email)).toHaveLength(1);
  });

  it.each([
    ["error_named", { kind: "respond", status: 200, body: WRONG_SECRET }],
    ["bad_status", { kind: "respond", status: 500 }],
    ["bad_answer", { kind: "respond", status: 200, body: "<html>proxy</html>" }],
    ["unreachable", { kind: "close" }],
  ] as const)("the log says why the provider was of no use: %s", async (trouble, answer) => {
    await provider.answer(answer);
    const refused = await guarded.post("/register", person({ captchaToken: "good" }));
    expect([refused.status, refused.body.error?.code]).toEqual([503, "unavailable"]);
    expect(guarded.log.at(-1)?.providerErrors).toEqual([`turnstile: ${trouble}`]);
  });

  it("a person who is refused is no trouble of the provider's", async () => {
    await says("register", false);
    await guarded.post("/register", person({ captchaToken: "bad" }));
    expect(guarded.log.at(-1)?.providerErrors).toBeUndefined();
  });

  it("a captcha that was passed for something else does not count", async () => {
    await says("login");
    expect((await guarded.post("/register", person({ captchaToken: "good" }))).body.error?.code).toBe(
      "captcha_failed",
    );
  });

  it("is not spent on a password that is refused", async () => {
    const before = await asked();
    const answer = await guarded.post("/register", person({ password: "password1", captchaToken: "good" }));
    expect([answer.status, await asked()]).toEqual([400, before]);
  });

  it("forgot-password needs one, for a known and an unknown address alike", async () => {
    const { email } = await member(open);
    const before = (await mailTo(open, email)).length;
    for (const address of [email, newAddress()]) {
      const without = await guarded.post("/forgot-password", { email: address });
      expect([without.status, without.body.error?.code]).toEqual([403, "captcha_required"]);
    }
    expect(await mailTo(open, email)).toHaveLength(before);
    await says("forgot");
    expect((await guarded.post("/forgot-password", { email, captchaToken: "good" })).status).toBe(200);
    expect(await mailTo(open, email)).toHaveLength(before + 1);
  });

  it("login asks after three failures, for a known and an unknown address alike, and looks at no password before", async () => {
    const { email } = await member(open);
    for (const address of [email, newAddress()]) {
      for (let failure = 0; failure < 3; failure++) {
        const wrong = await guarded.post("/login", { email: address, password: "wrong one" });
        expect(wrong.body.error?.code).toBe("invalid_credentials");
      }
      for (let attempt = 0; attempt < 12; attempt++) {
        const without = await guarded.post("/login", { email: address, password: PASSWORD });
        expect([without.status, without.body.error?.code]).toEqual([403, "captcha_required"]);
      }
      await outOfOrder();
      const down = await guarded.post("/login", { email: address, password: PASSWORD, captchaToken: "good" });
      expect([down.status, down.body.error?.code]).toEqual([503, "unavailable"]);
      await says("login");
      const checked = await guarded.post("/login", {
        email: address,
        password: PASSWORD,
        captchaToken: "good",
      });
      expect(checked.status).toBe(address === email ? 200 : 401);
    }
  });

  it("takes a proof of /captcha/verify in place of a captcha, once", async () => {
    await says("prove");
    const proved = await guarded.post("/captcha/verify", { token: "good" });
    expect(proved.body.data).toEqual({ humanProof: expect.stringMatching(/^hp_/), expiresIn: 300 });
    const captchaToken = proved.body.data.humanProof;
    expect((await guarded.post("/register", person({ captchaToken }))).status).toBe(201);
    const again = await guarded.post("/register", person({ captchaToken }));
    expect([again.status, again.body.error?.code]).toEqual([403, "captcha_failed"]);
  });
});
