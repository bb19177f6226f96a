import { describe, expect, it } from "vitest";
import { inParallel } from "../../../support/parallel.ts";
import { type Service, startService } from "../../../support/service.ts";
import {
  member,
  newAddress,
  PASSWORD,
  register,
  signedInMember,
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

/** Guesses over all of the tokens at once; how many of them were looked at. */
async function guess(
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

describe("device tokens that a thief has collected", () => {
  it("buy ten guesses together, however many they are", async () => {
    const service = startService();
    const { email } = await member(service);
    const tokens = await deviceTokens(service, email, 4);
    expect(await guess(service, email, tokens, 60)).toBe(10);
  });

  it("are strangers' once the password has been changed or the second step switched on", async () => {
    const service = startService({ env: { LOGIN_OTP: "new_device" } });
    const open = startService({ clock: service.clock });
    for (const change of [
      {
        path: "/me/password",
        body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
        now: NEW_PASSWORD,
      },
      { path: "/me/otp", body: { enabled: true, password: PASSWORD }, now: PASSWORD },
    ]) {
      const { email, token } = await signedInMember(open);
      const [deviceToken] = await deviceTokens(open, email, 1);
      expect((await open.post(change.path, change.body, token)).status).toBe(200);
      const answer = await service.post("/login", { email, password: change.now, deviceToken });
      expect(answer.body.data).toMatchObject({ otpRequired: true });
    }
  });

  it("of an address's earlier owner are strangers' to its next one", async () => {
    const service = startService();
    const { email, token } = await signedInMember(service);
    const tokens = await deviceTokens(service, email, 3);
    const moved = newAddress();
    await service.post("/me/email", { newEmail: moved, password: PASSWORD }, token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, moved) });
    await register(service, email);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    const careful = startService({ env: { LOGIN_OTP: "new_device" }, clock: service.clock });
    const answer = await careful.post("/login", { email, password: PASSWORD, deviceToken: tokens[0] });
    expect(answer.body.data).toMatchObject({ otpRequired: true });
    expect(await guess(service, email, tokens, 40)).toBe(10);
  });
});

describe("the edge of the lock's time", () => {
  it("lets ten through and not twenty, wherever the failures fall", async () => {
    const service = startService();
    const { email } = await member(service);
    const wrong = () => service.post("/login", { email, password: "wrong one" });
    await wrong();
    service.clock.advance(15 * 60_000 - 1);
    for (let failure = 0; failure < 8; failure++) await wrong();
    service.clock.advance(1);
    const answers = await inParallel(9, wrong);
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(1);
  });
});
