import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { requestPhoneCode, wrongCode } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { logIn, registerAndLogIn } from "../../../support/users.ts";

const MINUTE = 60_000;

const setStatus = (email: string, status: string) =>
  env.DB.prepare("UPDATE accounts SET status = ? WHERE email = ?").bind(status, email).run();

/** A signed-in user with a code for a phone number, and a second service of which the first batch is held. */
async function start() {
  const held = startWithHeldBatch(1);
  const service = startService({ clock: held.service.clock });
  const { email, token } = await registerAndLogIn(service);
  const { challengeId, code, phone } = await requestPhoneCode(service, token);
  return { held, service, email, token, phone, challenge: { challengeId, code } };
}

it("a code verifies no number of an account that is deactivated meanwhile", async () => {
  const { held, service, email, token, phone, challenge } = await start();
  const pending = held.service.post("/me/phone/verify", challenge, token);
  await held.reached;
  await setStatus(email, "deactivated");
  held.release();
  expectErrorResponse(await pending, 400, "code_invalid");
  await setStatus(email, "active");
  expect((await service.get("/me", token)).body.data).toMatchObject({ phone, isPhoneVerified: false });
});

it("a removal in an account that is deactivated meanwhile is refused", async () => {
  const { held, service, email, token, phone } = await start();
  const pending = held.service.call("DELETE", "/api/auth/me/phone", undefined, token);
  await held.reached;
  await setStatus(email, "deactivated");
  held.release();
  expectErrorResponse(await pending, 403, "reauthentication_required");
  await setStatus(email, "active");
  expect((await service.get("/me", token)).body.data.phone).toBe(phone);
});

it("a removal in a session that ends meanwhile leaves the code valid", async () => {
  const { held, service, email, token, challenge } = await start();
  const { token: other } = await logIn(service, email);
  const pending = held.service.call("DELETE", "/api/auth/me/phone", undefined, token);
  await held.reached;
  await service.post("/logout", undefined, token);
  held.release();
  expectErrorResponse(await pending, 403, "reauthentication_required");
  expect((await service.post("/me/phone/verify", challenge, other)).status).toBe(200);
});

it("wrong codes lock for exactly five minutes", async () => {
  const { service, token } = await start();
  const verify = (answer: object) => service.post("/me/phone/verify", answer, token);
  for (let challenge = 0; challenge < 2; challenge += 1) {
    const { challengeId, code } = await requestPhoneCode(service, token);
    await inParallel(5, () => verify({ challengeId, code: wrongCode(code) }));
  }
  // It counts no failure.
  const unknown = { challengeId: crypto.randomUUID(), code: "000000" };
  service.clock.advance(5 * MINUTE - 1);
  expectErrorResponse(await verify(unknown), 429, "too_many_attempts");
  service.clock.advance(1);
  expectErrorResponse(await verify(unknown), 400, "code_invalid");
});
