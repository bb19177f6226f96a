import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel } from "../../../support/assertions.ts";
import { type Service, startService } from "../../../support/service.ts";
import {
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const NEW_PASSWORD = "another quiet harbour";

async function deviceTokens(service: Service, email: string, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let n = 0; n < count; n++) {
    tokens.push((await service.post("/login", { email, password: PASSWORD })).body.data.deviceToken);
    service.clock.advance(1000);
  }
  return tokens;
}

/** Sends wrong passwords in parallel, spread over the tokens. Returns how many the service evaluated. */
async function evaluatedGuesses(
  service: Service,
  email: string,
  tokens: readonly string[],
  times: number,
): Promise<number> {
  const answers = await inParallel(times, (index) =>
    service.post("/login", { email, password: "wrong one", deviceToken: tokens[index % tokens.length] }),
  );
  return answers.filter((answer) => answer.status === 401).length;
}

describe("stolen device tokens", () => {
  it("allows ten password guesses for all stolen device tokens of an account together", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    const tokens = await deviceTokens(service, email, 4);
    expect(await evaluatedGuesses(service, email, tokens, 60)).toBe(10);
  });

  it("evaluates twenty guesses however a stale and a known token of an address are mixed", async () => {
    const service = startService();
    const { email, token } = await registerAndLogIn(service);
    const [stale] = await deviceTokens(service, email, 1);
    await service.post("/me/password", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, token);
    service.clock.advance(1000);
    const signedIn = await service.post("/login", { email, password: NEW_PASSWORD });
    const known: string = signedIn.body.data.deviceToken;
    const evaluated = { known: 0, stale: 0 };
    for (let round = 0; round < 30; round++) {
      for (const [name, deviceToken] of [
        ["known", known],
        ["stale", stale],
      ] as const) {
        const answer = await service.post("/login", { email, password: "wrong one", deviceToken });
        if (answer.status === 401) evaluated[name] += 1;
      }
    }
    // The stale token counts as an unknown device, which has its own ten attempts.
    expect(evaluated).toEqual({ known: 10, stale: 10 });
  });

  it("changes no lockout of known devices by a stale device token", async () => {
    const service = startService();
    const { email, token } = await registerAndLogIn(service);
    const [stale] = await deviceTokens(service, email, 1);
    await service.post("/me/password", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }, token);
    service.clock.advance(1000);
    const signedIn = await service.post("/login", { email, password: NEW_PASSWORD });
    await evaluatedGuesses(service, email, [signedIn.body.data.deviceToken], 9);
    const counters = async () =>
      (await env.DB.prepare("SELECT * FROM attempt_counters WHERE failures = 9").all()).results;
    const before = await counters();
    expect(before).toHaveLength(1);
    service.clock.advance(1000);
    await service.post("/login", { email, password: "wrong one", deviceToken: stale });
    expect(await counters()).toEqual(before);
  });

  it("treats a device token as unknown after a password change", async () => {
    const service = startService({ env: { LOGIN_OTP: "new_device" } });
    const withoutOtp = startService({ clock: service.clock });
    const { email, token } = await registerAndLogIn(withoutOtp);
    const [deviceToken] = await deviceTokens(withoutOtp, email, 1);
    const logInAgain = (password: string) => service.post("/login", { email, password, deviceToken });
    expect((await logInAgain(PASSWORD)).body.data.token).toBeDefined();
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await withoutOtp.post("/me/password", change, token)).status).toBe(200);
    expect((await logInAgain(NEW_PASSWORD)).body.data).toMatchObject({ otpRequired: true });
  });

  it("treats the device tokens of an earlier owner of an address as unknown for its next owner", async () => {
    const service = startService();
    const { email, token } = await registerAndLogIn(service);
    const tokens = await deviceTokens(service, email, 3);
    const newEmail = newAddress();
    await service.post("/me/email", { newEmail, password: PASSWORD }, token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, newEmail) });
    await register(service, email);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    const newDeviceOtp = startService({ env: { LOGIN_OTP: "new_device" }, clock: service.clock });
    const answer = await newDeviceOtp.post("/login", { email, password: PASSWORD, deviceToken: tokens[0] });
    expect(answer.body.data).toMatchObject({ otpRequired: true });
    expect(await evaluatedGuesses(service, email, tokens, 40)).toBe(10);
  });
});

describe("the quiet period of a lockout", () => {
  it("evaluates ten wrong passwords and not twenty, even at the boundary of the quiet period", async () => {
    const service = startService();
    const { email } = await registerVerifiedUser(service);
    const wrongPassword = () => service.post("/login", { email, password: "wrong one" });
    await wrongPassword();
    service.clock.advance(15 * 60_000 - 1);
    for (let failure = 0; failure < 8; failure++) await wrongPassword();
    service.clock.advance(1);
    const answers = await inParallel(9, wrongPassword);
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(1);
  });
});
