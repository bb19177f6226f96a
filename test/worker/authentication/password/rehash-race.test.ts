import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { emptyTables } from "../../../support/database-rows.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const provider = openLoopback();
const variables = {
  CAPTCHA_PROVIDER: "turnstile",
  CAPTCHA_SITE_KEY: "site-key",
  CAPTCHA_SECRET: "captcha-secret",
  CAPTCHA_API_BASE: provider.url,
  // No stored hash of these accounts has this cost yet.
  PASSWORD_HASH_BLOCKS: "2",
};
const withoutCaptcha = startService();

const verdict = (success: boolean) =>
  ({
    kind: "respond",
    status: 200,
    body: JSON.stringify({ success, hostname: "gatehouse.test", action: "login", "error-codes": [] }),
  }) as const;

const totalFailures = () =>
  env.DB.prepare("SELECT coalesce(sum(failures), 0) AS n FROM attempt_counters").first<number>("n");

describe("parallel sign-ins that rehash the same password", () => {
  // A captcha token is valid once for each sign-in. The provider rejects a third verification.
  beforeEach(async () => {
    await emptyTables(env.DB);
    await provider.answer(verdict(true), verdict(true), verdict(false));
  });

  it("completes both parallel sign-ins and verifies each captcha and counts each attempt once", async () => {
    const slow = startWithHeldBatch(2, variables);
    const quick = startService({ env: variables, clock: slow.service.clock });
    const { email } = await registerVerifiedUser(withoutCaptcha);
    for (let failure = 0; failure < 4; failure += 1)
      await withoutCaptcha.post("/login", { email, password: "wrong" });
    const before = await totalFailures();
    const login = { email, password: PASSWORD, captchaToken: "good once" };
    const first = slow.service.post("/login", login);
    await slow.reached;
    expect(await totalFailures()).toBe((before ?? 0) + 1);
    expect((await quick.post("/login", login)).status).toBe(200);
    slow.release();
    const { status, body } = await first;
    expect([status, body.error]).toEqual([200, undefined]);
    expect(await provider.requests()).toHaveLength(2);
    expect(await totalFailures()).toBe(0);
  });

  it("refuses a sign-in whose password is removed before the session opens", async () => {
    const slow = startWithHeldBatch(2, variables);
    const { email } = await registerVerifiedUser(withoutCaptcha);
    const login = slow.service.post("/login", { email, password: PASSWORD });
    await slow.reached;
    await env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE email = ?").bind(email).run();
    slow.release();
    const { status, body } = await login;
    expect([status, body.error?.code]).toEqual([401, "invalid_credentials"]);
  });
});
