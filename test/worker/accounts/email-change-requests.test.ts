import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { enableSecondFactor, startSecondFactor } from "../../support/one-time-codes.ts";
import { HOUR, MINUTE } from "../../support/outbox.ts";
import { type Service, startService } from "../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  registerAndLogIn,
  tokenMailedTo,
} from "../../support/users.ts";

const service = startService();
const LIMITS_ON = { RATE_LIMITS: "{}", BURST: undefined };

const requestChange = (token: string, newEmail: string, at: Pick<Service, "post"> = service) =>
  at.post("/me/email", { newEmail, password: PASSWORD }, token);

/** Requests a change and returns the token of the mailed link. */
async function linkTo(newEmail: string, token: string): Promise<string> {
  expect((await requestChange(token, newEmail)).status).toBe(200);
  return tokenMailedTo(service, newEmail);
}

const verify = (token: string) => service.post("/verify-email", { token });

describe("the link of an email change", () => {
  it("becomes invalid when the user requests the same address again", async () => {
    const { token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    const first = await linkTo(newEmail, token);
    service.clock.advance(1000);
    const second = await linkTo(newEmail, token);
    expectErrorResponse(await verify(first), 400, "token_invalid");
    expect((await verify(second)).status).toBe(200);
  });

  it("stays valid when another user requests a change", async () => {
    const link = await linkTo(newAddress(), (await registerAndLogIn(service)).token);
    await linkTo(newAddress(), (await registerAndLogIn(service)).token);
    expect((await verify(link)).status).toBe(200);
  });

  it("stays valid when a request for another address fails since a sign-in has rehashed the password", async () => {
    const { email, token } = await registerAndLogIn(service);
    const link = await linkTo(newAddress(), token);
    const slow = startWithHeldBatch(2);
    const pending = requestChange(token, newAddress(), slow.service);
    await slow.reached;
    const costlier = startService({ env: { PASSWORD_HASH_BLOCKS: "2" } });
    expect((await costlier.post("/login", { email, password: PASSWORD })).status).toBe(200);
    slow.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    expect((await verify(link)).status).toBe(200);
  });

  it("voids, by its use, the code of a sign-in that was mailed to the old address", async () => {
    const { email, token } = await registerAndLogIn(service);
    await enableSecondFactor(service, token);
    const link = await linkTo(newAddress(), token);
    const challenge = await startSecondFactor(service, email);
    expect((await verify(link)).status).toBe(200);
    expectErrorResponse(await service.post("/login/otp", challenge), 400, "code_invalid");
  });
});

describe("a request for an email change", () => {
  it("is refused and mails nothing if the account is deactivated meanwhile", async () => {
    const { token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    const slow = startWithHeldBatch(2);
    const pending = requestChange(token, newEmail, slow.service);
    await slow.reached;
    expect((await service.post("/me/deactivate", { password: PASSWORD }, token)).status).toBe(200);
    slow.release();
    expectErrorResponse(await pending, 401, "invalid_credentials");
    expect(await mailTo(service, newEmail)).toEqual([]);
  });

  it("leaves no link, audit event or notice if a limit holds its mail back", async () => {
    const limited = startService({ env: LIMITS_ON });
    const { email, token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    const id = await accountIdOf(email);
    const count = async () => {
      const query = `SELECT (SELECT count(*) FROM email_tokens WHERE account_id = ?1) AS links,
        (SELECT count(*) FROM audit_events WHERE account_id = ?1 AND type = 'email_change_requested') AS events,
        (SELECT count(*) FROM outbox WHERE account_id = ?1 AND kind = 'email_change_requested') AS notices`;
      return env.DB.prepare(query).bind(id).first();
    };
    expect((await requestChange(token, newEmail, limited)).status).toBe(200);
    expect(await count()).toEqual({ links: 1, events: 1, notices: 1 });
    expectErrorResponse(await requestChange(token, newEmail, limited), 429, "rate_limited");
    expect(await count()).toEqual({ links: 1, events: 1, notices: 1 });
  });

  it("is refused until the window of its client ends", async () => {
    const RATE_LIMITS = JSON.stringify({ mail: { limit: 1, windowSeconds: HOUR / 1000 } });
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const unlimited = startService({ clock: limited.clock });
    const request = async () => {
      const { token } = await registerAndLogIn(unlimited);
      const body = { newEmail: newAddress(), password: PASSWORD };
      const client = { "CF-Connecting-IP": "203.0.113.77" };
      return limited.call("POST", "/api/auth/me/email", body, token, client);
    };
    expect((await request()).status).toBe(200);
    limited.clock.advance(20 * MINUTE);
    const refused = await request();
    expectErrorResponse(refused, 429, "rate_limited");
    expect(refused.headers.get("Retry-After")).toBe(String((40 * MINUTE) / 1000));
  });
});
