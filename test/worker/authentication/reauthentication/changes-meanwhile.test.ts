import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import {
  enableSecondFactor,
  markDeviceAsKnown,
  startReauthentication,
  startSecondFactor,
  wrongCode,
} from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { logIn, PASSWORD, registerAndLogIn } from "../../../support/users.ts";

const MINUTE = 60_000;
const providers = openProviders();
const variables = { ...providers.variables, ACCESS_TOKEN_TTL: "7200" };
const service = startService({ env: variables });

const sidOf = (token: string) => decodeJwt(token).sid;
const updateSession = (token: string, change: string) =>
  env.DB.prepare(`UPDATE sessions SET ${change} WHERE id = ?`).bind(sidOf(token)).run();
const removePhone = (token: string, at = service) =>
  at.call("DELETE", "/api/auth/me/phone", undefined, token);

async function userWithSecondFactor() {
  const { email, token } = await registerAndLogIn(service);
  await enableSecondFactor(service, token);
  return { email, token };
}

describe("a reauthentication by password", () => {
  type Change = (user: { email: string; token: string }) => Promise<unknown>;
  const changes: Record<string, Change> = {
    "its session ends": ({ token }) => service.post("/logout", undefined, token),
    "its account is deactivated": ({ email }) =>
      env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run(),
    "the second factor is switched on": ({ token }) => enableSecondFactor(service, token),
    "its session is found to be one of an app": ({ token }) =>
      updateSession(token, "client_id = 'https://app.example.com'"),
  };

  it.each(Object.entries(changes))("fails and records nothing if meanwhile %s", async (_what, change) => {
    const user = await registerAndLogIn(service);
    const held = startWithHeldBatch(1, variables, service.clock);
    const pending = held.service.post("/me/reauthenticate", { password: PASSWORD }, user.token);
    await held.reached;
    await change(user);
    held.release();
    expectErrorResponse(await pending, 401, "refresh_invalid");
    const query = env.DB.prepare("SELECT reauthenticated_at FROM sessions WHERE id = ?");
    expect(await query.bind(sidOf(user.token)).first("reauthenticated_at")).toBeNull();
  });

  it("needs no code from an account without a second factor, whatever others have", async () => {
    await userWithSecondFactor();
    const { token } = await registerAndLogIn(service);
    const answer = await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    expect(answer.body.data).toEqual({ expiresIn: 600 });
  });

  it("is good from the millisecond at which the second factor was switched on", async () => {
    const { email, token } = await userWithSecondFactor();
    const since = env.DB.prepare("SELECT devices_known_since FROM accounts WHERE email = ?").bind(email);
    expect(await since.first("devices_known_since")).toBe(service.clock.now());
    const answer = await startReauthentication(service, email, token);
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
  });
});

describe("the code of a reauthentication", () => {
  it("voids no code of another account, and none of a sign-in", async () => {
    const [first, second] = [await userWithSecondFactor(), await userWithSecondFactor()];
    const signIn = await startSecondFactor(service, second.email);
    const answer = await startReauthentication(service, first.email, first.token);
    service.clock.advance(1000);
    await startReauthentication(service, second.email, second.token);
    expect((await service.post("/me/reauthenticate/otp", answer, first.token)).status).toBe(200);
    expect((await service.post("/login/otp", signIn)).status).toBe(200);
  });

  it("is refused during the lockout that the tenth wrong one starts", async () => {
    const { email, token } = await userWithSecondFactor();
    const verify = (answer: object) => service.post("/me/reauthenticate/otp", answer, token);
    const first = await startReauthentication(service, email, token);
    await inParallel(5, () => verify({ ...first, code: wrongCode(first.code) }));
    service.clock.advance(1000);
    const second = await startReauthentication(service, email, token);
    const wrong = { ...second, code: wrongCode(second.code) };
    expect(statusCounts(await inParallel(4, () => verify(wrong)))).toEqual({ 400: 4 });
    for (const answer of [wrong, second]) {
      const refused = await verify(answer);
      expectErrorResponse(refused, 429, "too_many_attempts");
      expect(refused.headers.get("Retry-After")).toBe("300");
    }
    const again = await service.post("/me/reauthenticate", { password: PASSWORD }, token);
    expectErrorResponse(again, 429, "too_many_attempts");
    expect(again.headers.get("Retry-After")).toBe("300");
    service.clock.advance(5 * MINUTE);
    // The lockout is over, and the code has no attempts left.
    expectErrorResponse(await verify(second), 400, "code_invalid");
  });
});

describe("a sensitive change", () => {
  it("needs the password alone in an old session of an account without a second factor", async () => {
    const { token } = await registerAndLogIn(service);
    service.clock.advance(11 * MINUTE);
    await markDeviceAsKnown(token);
    expect((await service.post("/me/otp", { enabled: true, password: PASSWORD }, token)).status).toBe(200);
  });

  it("by password takes no other proof from an account without a password", async () => {
    const accessToken = await providers.tokenOf(socialUser());
    const { token } = (await service.post("/social/github/token", { accessToken })).body.data;
    const answer = await service.post("/me/deactivate", { password: PASSWORD }, token);
    expectErrorResponse(answer, 401, "invalid_credentials");
  });

  it("needs the second factor again in the very millisecond at which ten minutes are over", async () => {
    const { email } = await userWithSecondFactor();
    const challenge = await startSecondFactor(service, email);
    const { token } = (await service.post("/login/otp", challenge)).body.data;
    const change = () => service.post("/me/otp", { enabled: false, password: PASSWORD }, token);
    service.clock.advance(10 * MINUTE);
    expectErrorResponse(await change(), 403, "reauthentication_required");
  });

  it("is refused if its session ends meanwhile, even if another one is recent", async () => {
    const { email, token } = await registerAndLogIn(service);
    await logIn(service, email);
    const held = startWithHeldBatch(1, variables, service.clock);
    const removal = removePhone(token, held.service);
    await held.reached;
    await service.post("/logout", undefined, token);
    held.release();
    expectErrorResponse(await removal, 403, "reauthentication_required");
  });

  it("is refused if its session is no longer recently authenticated when it is made", async () => {
    const { token } = await registerAndLogIn(service);
    const held = startWithHeldBatch(1, variables, service.clock);
    const removal = removePhone(token, held.service);
    await held.reached;
    await updateSession(token, `auth_time = ${service.clock.now() - 10 * MINUTE}`);
    held.release();
    expectErrorResponse(await removal, 403, "reauthentication_required");
  });
});
