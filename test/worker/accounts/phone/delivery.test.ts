import { describe, expect, it, vi } from "vitest";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { newPhoneNumber } from "../../../support/one-time-codes.ts";
import { advanceMinutes, MINUTE, outboxRowsOf, status } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import { logIn, registerAndLogIn } from "../../../support/users.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

const ACCEPTED = { kind: "respond", status: 201, body: '{"sid":"SM0"}' } as const;

/** The service with Twilio's adapter, which calls the loopback server. */
function startWithTexts() {
  const provider = openLoopback();
  const variables = {
    SMS_PROVIDER: "twilio",
    SMS_COUNTRIES: "+1,+49,+44",
    SMS_FROM: "+14155550100",
    SMS_TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
    SMS_TWILIO_AUTH_TOKEN: "auth-token",
    SMS_API_BASE: provider.url,
  };
  const texts = async () =>
    (await provider.requests()).map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  return { provider, texts, service: startService({ env: variables }) };
}

describe("a text that the SMS provider refuses", () => {
  it("retries a refused text from the outbox with its code still valid", async () => {
    const { provider, texts, service } = startWithTexts();
    await provider.answer(status(503));
    const { token, email } = await registerAndLogIn(service);
    const phone = newPhoneNumber();
    const requested = await service.post("/me/phone", { phone }, token);
    expect(requested.status).toBe(200);
    const textOf = async () => (await outboxRowsOf(service, email)).find(({ kind }) => kind === "phone_code");
    expect(await textOf()).toMatchObject({ state: "queued", attempts: 1, last_failure: "http_503" });
    await provider.answer(ACCEPTED);
    await advanceMinutes(service, 2);
    expect(await textOf()).toMatchObject({ state: "sent", sealed: "", last_failure: null });
    const sent = (await texts()).at(-1);
    expect(sent).toMatchObject({ To: phone, From: "+14155550100" });
    const [code] = /^\d{6}/.exec(sent?.Body ?? "") ?? [];
    const { challengeId } = requested.body.data;
    expect((await service.post("/me/phone/verify", { challengeId, code }, token)).status).toBe(200);
  });

  it("dead-letters a refused text after three attempts, since each attempt may cost money", async () => {
    const { provider, texts, service } = startWithTexts();
    await provider.answer(status(503));
    const { token, email } = await registerAndLogIn(service);
    const requested = await service.post("/me/phone", { phone: newPhoneNumber() }, token);
    await advanceMinutes(service, 10);
    expect(await texts()).toHaveLength(3);
    await provider.answer(ACCEPTED);
    await advanceMinutes(service, 10);
    expect(await texts()).toHaveLength(3);
    const row = (await outboxRowsOf(service, email)).find(({ kind }) => kind === "phone_code");
    expect(row).toMatchObject({ state: "dead", sealed: "", last_failure: "gave_up_after_http_503" });
    const [code] = /^\d{6}/.exec((await texts())[0]?.Body ?? "") ?? [];
    const { challengeId } = requested.body.data;
    const late = await logIn(service, email);
    const answer = await service.post("/me/phone/verify", { challengeId, code }, late.token);
    expect([answer.status, answer.body.error?.code]).toEqual([400, "code_invalid"]);
  });

  it("dead-letters a queued text when text messages are turned off meanwhile", async () => {
    const { provider, texts, service } = startWithTexts();
    await provider.answer(status(503));
    const { token, email } = await registerAndLogIn(service);
    await service.post("/me/phone", { phone: newPhoneNumber() }, token);
    service.clock.advance(MINUTE);
    const attempts = (await texts()).length;
    await startService({ clock: service.clock, env: { SMS_PROVIDER: "off" } }).runCron("* * * * *");
    const row = (await outboxRowsOf(service, email)).find(({ kind }) => kind === "phone_code");
    expect(row).toMatchObject({ state: "dead", sealed: "", last_failure: "sms_off" });
    expect(await texts()).toHaveLength(attempts);
  });
});
