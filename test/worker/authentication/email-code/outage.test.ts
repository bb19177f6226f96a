import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { enterEmailCode, requestChallenge } from "../../../support/email-codes.ts";
import { EVERY_MINUTE, MINUTE, startWithProvider, status } from "../../../support/outbox.ts";
import { createTestClock } from "../../../support/service.ts";
import { newAddress, registerVerifiedUser } from "../../../support/users.ts";

const queued = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM queued_requests").first<{ n: number }>())?.n;

it.each([
  [
    "an account",
    async (service: ReturnType<typeof startWithProvider>["service"]) =>
      (await registerVerifiedUser(service)).email,
  ],
  ["an address without an account", async () => newAddress()],
])("a code for %s survives an outage of the mail provider", async (_name, prepare) => {
  const { service, provider } = startWithProvider(createTestClock());
  const email = await prepare(service);
  await provider.answer(status(503));
  const challengeId = await requestChallenge(service, email);
  await provider.answer(status(200));
  service.clock.advance(MINUTE + 1);
  await service.runCron(EVERY_MINUTE);
  const sent = (await provider.requests()).map(
    ({ body }) => JSON.parse(body) as { to: string[]; text: string },
  );
  const last = sent.at(-1);
  expect(last?.to).toEqual([email]);
  const [code = ""] = /^\d{6}$/m.exec(last?.text ?? "") ?? [];
  expect((await enterEmailCode(service, { challengeId, code })).status).toBe(200);
  expect(await queued()).toBe(0);
  const { length } = sent;
  service.clock.advance(2 * MINUTE);
  await service.runCron(EVERY_MINUTE);
  expect(await provider.requests()).toHaveLength(length);
});

it("an address without an account gets no code any more once the challenge has expired", async () => {
  const { service, provider } = startWithProvider(createTestClock());
  await provider.answer(status(503));
  await requestChallenge(service, newAddress());
  const before = (await provider.requests()).length;
  service.clock.advance(11 * MINUTE);
  await service.runCron(EVERY_MINUTE);
  expect(await provider.requests()).toHaveLength(before);
  expect(await queued()).toBe(0);
});
