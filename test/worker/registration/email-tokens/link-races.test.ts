import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { accountIdOf, register, tokenMailedTo } from "../../../support/users.ts";

const service = startService();

const DEACTIVATE = "UPDATE accounts SET status = 'deactivated' WHERE email = ?1";
const CHANGE_ADDRESS =
  "UPDATE accounts SET email = 'new-' || email, email_key = 'new-' || email_key WHERE email = ?1";
const change = (statement: string, email: string) => env.DB.prepare(statement).bind(email).run();

/** A service on whose clock a millisecond passes while it reads a link. */
function startWithSlowRead() {
  const clock = createTestClock();
  const prepare = (sql: string) => {
    if (/^select .* from "email_tokens" inner join/.test(sql)) clock.advance(1);
    return env.DB.prepare(sql);
  };
  const DB = new Proxy(env.DB, {
    get(target, name) {
      const value = name === "prepare" ? prepare : Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return startService({ clock, env: { DB } });
}

describe("a verification link", () => {
  it.each([
    ["is deactivated", DEACTIVATE],
    ["has another address", CHANGE_ADDRESS],
  ])("is not shown as valid once its account %s", async (_change, statement) => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    expect((await service.get(`/verify-email?token=${token}`)).status).toBe(200);
    await change(statement, email);
    expectErrorResponse(await service.get(`/verify-email?token=${token}`), 400, "token_invalid");
  });

  it.each([
    ["is deactivated", DEACTIVATE],
    ["gets another address", CHANGE_ADDRESS],
  ])("is refused if its account %s between its check and its use", async (_change, statement) => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    const slow = startWithHeldBatch(1);
    const pending = slow.service.post("/verify-email", { token });
    await slow.reached;
    await change(statement, email);
    slow.release();
    expectErrorResponse(await pending, 400, "token_invalid");
  });

  it("is refused, and changes nothing, if it is used between its check and its use", async () => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    const slow = startWithHeldBatch(1);
    const pending = slow.service.post("/verify-email", { token });
    await slow.reached;
    expect((await service.post("/verify-email", { token })).status).toBe(200);
    slow.release();
    expectErrorResponse(await pending, 400, "token_invalid");
    const events = "SELECT type FROM audit_events WHERE account_id = ? ORDER BY rowid";
    const { results } = await env.DB.prepare(events)
      .bind(await accountIdOf(email))
      .all();
    expect(results).toEqual([{ type: "account_registered" }, { type: "email_verified" }]);
  });

  it("is refused if it expires between its check and its use", async () => {
    const slow = startWithSlowRead();
    const { email } = await register(slow);
    const token = await tokenMailedTo(slow, email);
    await env.DB.prepare("UPDATE email_tokens SET expires_at = ?")
      .bind(slow.clock.now() + 1)
      .run();
    expectErrorResponse(await slow.post("/verify-email", { token }), 400, "token_invalid");
  });
});
