import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { expect, it } from "vitest";
import { signInByCode } from "../../../support/email-codes.ts";
import { enableSecondFactor } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { mailTo, newAddress, registerAndLogIn } from "../../../support/users.ts";

// Security 54: a mailed code is one factor, and never the second after a mailed code.

const service = startService();
const required = startService({ clock: service.clock, env: { SECOND_FACTOR: "required" } });

it("a code is not followed by a second mailed code of a user who has enabled it", async () => {
  const { email, token } = await registerAndLogIn(service);
  await enableSecondFactor(service, token);
  const answer = await signInByCode(service, email);
  expect(answer.body.data).not.toHaveProperty("otpRequired");
  expect(decodeJwt(answer.body.data.token)).toMatchObject({ amr: ["otp"], acr: "urn:gatehouse:acr:1fa" });
});

it.each([
  ["an account", async () => (await registerAndLogIn(service)).email],
  ["a new account", async () => newAddress()],
])("nor of %s whose policy requires a second factor", async (_name, prepare) => {
  const email = await prepare();
  const answer = await signInByCode(required, email);
  expect(answer.body.data).not.toHaveProperty("otpRequired");
  const codes = (await mailTo(service, email)).filter(({ text }) => /^\d{6}$/m.test(text));
  expect(codes).toHaveLength(1);
});

it("the first superuser signs in under the policy of superusers", async () => {
  await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
  const email = newAddress();
  const bootstrapping = startService({
    clock: service.clock,
    env: { BOOTSTRAP_SUPERUSER_EMAIL: email, SECOND_FACTOR: "off,superuser:required" },
  });
  const { token } = (await signInByCode(bootstrapping, email)).body.data;
  expect(decodeJwt(token)).toMatchObject({ role: "superuser", restriction: "enrol_second_factor" });
  const other = (await signInByCode(bootstrapping, newAddress())).body.data;
  expect(decodeJwt(other.token)).not.toHaveProperty("restriction");
});
