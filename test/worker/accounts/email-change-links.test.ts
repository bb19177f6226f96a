import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startService } from "../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../support/users.ts";

const service = startService();
const requestChange = (token: string, newEmail: string) =>
  service.post("/me/email", { newEmail, password: PASSWORD }, token);

describe("the link of a requested email change", () => {
  it("becomes invalid by a password change", async () => {
    const { email, token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    await requestChange(token, newEmail);
    const link = await tokenMailedTo(service, newEmail);
    const change = { currentPassword: PASSWORD, newPassword: "another quiet harbour" };
    expect((await service.post("/me/password", change, token)).status).toBe(200);
    expectErrorResponse(await service.post("/verify-email", { token: link }), 400, "token_invalid");
    await logIn(service, email, "another quiet harbour");
  });

  it("becomes invalid when another address is set", async () => {
    const { token } = await registerAndLogIn(service);
    const [first, second] = [newAddress(), newAddress()];
    await requestChange(token, first);
    const earlier = await tokenMailedTo(service, first);
    await requestChange(token, second);
    const later = await tokenMailedTo(service, second);
    expect((await service.post("/verify-email", { token: later })).status).toBe(200);
    expectErrorResponse(await service.post("/verify-email", { token: earlier }), 400, "token_invalid");
    expect((await service.get("/me", token)).body.data.email).toBe(second);
  });

  it("becomes invalid when another address is requested that another account holds", async () => {
    const { token } = await registerAndLogIn(service);
    const { email: taken } = await registerVerifiedUser(service);
    const first = newAddress();
    await requestChange(token, first);
    const earlier = await tokenMailedTo(service, first);
    await requestChange(token, taken);
    expectErrorResponse(await service.post("/verify-email", { token: earlier }), 400, "token_invalid");
  });

  it("leaves no earlier reset link valid, also if the account gets its first address back", async () => {
    const { email, token } = await registerAndLogIn(service);
    await service.post("/forgot-password", { email });
    const resetToken = await tokenMailedTo(service, email);
    for (const newEmail of [newAddress(), email]) {
      service.clock.advance(1000);
      await requestChange(token, newEmail);
      await service.post("/verify-email", { token: await tokenMailedTo(service, newEmail) });
    }
    expect((await service.get("/me", token)).body.data.email).toBe(email);
    const reset = { token: resetToken, newPassword: "another quiet harbour" };
    expectErrorResponse(await service.post("/reset-password", reset), 400, "token_invalid");
  });

  // Finding 17: pressing the button of a mail that another user has caused gave that user's account the address.
  it("names the account that the address will belong to", async () => {
    const { email, token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    await requestChange(token, newEmail);
    const [mail] = await mailTo(service, newEmail);
    expect(mail?.text).toContain(`The account ${email} at Gatehouse asked to use this address.`);
    expect(mail?.text).toContain(`${email} is not your account, please do not confirm`);
  });
});

describe("requests of other users for an address", () => {
  it("make its owner's request answer 429 with the time to wait, instead of promising a mail", async () => {
    const limited = startService({ env: { RATE_LIMITS: "{}", BURST: undefined } });
    const newEmail = newAddress();
    const other = await registerAndLogIn(service);
    const owner = await registerAndLogIn(service);
    const request = (token: string) => limited.post("/me/email", { newEmail, password: PASSWORD }, token);
    expect((await request(other.token)).status).toBe(200);
    const before = (await mailTo(service, owner.email)).length;
    const refused = await request(owner.token);
    expectErrorResponse(refused, 429, "rate_limited");
    expect(refused.headers.get("Retry-After")).toBe("60");
    // Nothing was requested, so the notice to the current address would be wrong.
    expect((await mailTo(service, owner.email)).length).toBe(before);
    limited.clock.advance(61_000);
    expect((await request(owner.token)).status).toBe(200);
    expect((await mailTo(service, newEmail))[0]?.text).toContain(owner.email);
  });
});
