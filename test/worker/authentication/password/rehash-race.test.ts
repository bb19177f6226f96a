import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { startHeld } from "../../../support/held-d1.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { startService } from "../../../support/service.ts";
import { member, PASSWORD } from "../../../support/users.ts";

const provider = openLoopback();
const variables = {
  CAPTCHA_PROVIDER: "turnstile",
  CAPTCHA_SITE_KEY: "site-key",
  CAPTCHA_SECRET: "captcha-secret",
  CAPTCHA_API_BASE: provider.url,
  // Of a cost that no hash of these people has yet.
  PASSWORD_HASH_BLOCKS: "2",
};
const open = startService();

const verdict = (success: boolean) =>
  ({
    kind: "respond",
    status: 200,
    body: JSON.stringify({ success, hostname: "gatehouse.test", action: "login", "error-codes": [] }),
  }) as const;

const failuresIn = () =>
  env.DB.prepare("SELECT coalesce(sum(failures), 0) AS n FROM attempt_counters").first<number>("n");

describe("two sign-ins with the right password, which both hash it anew", () => {
  // A token is good once: whoever asks a third time hears no.
  beforeEach(() => provider.answer(verdict(true), verdict(true), verdict(false)));

  it("both come in, and neither captcha is asked twice nor attempt counted twice", async () => {
    const slow = startHeld(2, variables);
    const quick = startService({ env: variables, clock: slow.service.clock });
    const { email } = await member(open);
    for (let failure = 0; failure < 4; failure += 1) await open.post("/login", { email, password: "wrong" });
    const before = await failuresIn();
    const login = { email, password: PASSWORD, captchaToken: "good once" };
    const first = slow.service.post("/login", login);
    await slow.reached;
    expect(await failuresIn()).toBe((before ?? 0) + 1);
    expect((await quick.post("/login", login)).status).toBe(200);
    slow.letGo();
    const { status, body } = await first;
    expect([status, body.error]).toEqual([200, undefined]);
    expect(await provider.requests()).toHaveLength(2);
    expect(await failuresIn()).toBe(0);
  });

  it("one that finds another password by then is told what it would be told now", async () => {
    const slow = startHeld(2, variables);
    const { email } = await member(open);
    const login = slow.service.post("/login", { email, password: PASSWORD });
    await slow.reached;
    await env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE email = ?").bind(email).run();
    slow.letGo();
    const { status, body } = await login;
    expect([status, body.error?.code]).toEqual([401, "invalid_credentials"]);
  });
});
