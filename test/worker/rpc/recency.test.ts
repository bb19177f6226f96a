import { expect, it } from "vitest";
import {
  addPasskey,
  addTotp,
  assertPasskey,
  CODE,
  TEST_FACTORS,
} from "../../support/reauthentication-factors.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { PASSWORD, registerAndLogIn } from "../../support/users.ts";

const service = startService({ secondFactors: TEST_FACTORS, env: { ACCESS_TOKEN_TTL: "7200" } });
const worker = createRpcCaller(service);
const REQUIRED = { ok: false, reason: "reauthentication_required" };
const TWO = "urn:gatehouse:acr:2fa";

it("verifyToken requires a recent authentication: of the token, or with strict of the session", async () => {
  const { email, token, refreshToken } = await registerAndLogIn(service);
  const verify = (options: object, of = token) => worker.call("verifyToken", of, options);
  expect(await verify({ maxAge: 300 })).toMatchObject({ ok: true });
  service.clock.advance(300_000);
  expect(await verify({ maxAge: 300 })).toMatchObject({ ok: true });
  service.clock.advance(1000);
  expect(await verify({ maxAge: 300 })).toEqual(REQUIRED);
  expect(await verify({ maxAge: 300, strict: true })).toEqual(REQUIRED);
  await addTotp(email);
  await service.post("/me/reauthenticate", { factor: "totp", code: CODE, password: PASSWORD }, token);
  expect(await verify({ maxAge: 300 })).toEqual(REQUIRED);
  const strict = { maxAge: 300, acrValues: [TWO], strict: true };
  expect(await verify(strict)).toMatchObject({
    ok: true,
    session: { acr: TWO, amr: ["pwd", "otp", "mfa"], authTime: Math.floor(service.clock.now() / 1000) },
  });
  const next = (await service.post("/refresh", { refreshToken })).body.data.token;
  expect(await verify({ maxAge: 300, acrValues: [TWO] }, next)).toMatchObject({ ok: true });
});

it("verifyToken accepts a stronger context, and refuses a weaker or an unknown one", async () => {
  const { email, token } = await registerAndLogIn(service);
  const verify = (...acrValues: string[]) => worker.call("verifyToken", token, { acrValues, strict: true });
  expect(await verify("urn:gatehouse:acr:1fa")).toMatchObject({ ok: true });
  for (const acr of [TWO, "phr", "gold"]) expect(await verify(acr)).toEqual(REQUIRED);
  await addPasskey(email);
  const assertion = await assertPasskey(service, token);
  await service.post("/me/reauthenticate", { factor: "passkey", assertion }, token);
  for (const acr of [TWO, "phr"]) expect(await verify(acr)).toMatchObject({ ok: true });
  expect(await verify("gold")).toEqual(REQUIRED);
  expect(await worker.call("verifyToken", token, { maxAge: -1 })).toEqual({
    ok: false,
    reason: "bad_request",
  });
});
