import { describe, expect, it } from "vitest";
import { startHeld } from "../../support/held-d1.ts";
import { startService } from "../../support/service.ts";
import { logIn, mailTo, newAddress, PASSWORD, signedInMember, tokenMailedTo } from "../../support/users.ts";

const NEW_PASSWORD = "another quiet harbour";
const service = startService();

async function reset(email: string): Promise<void> {
  await service.post("/forgot-password", { email });
  const token = await tokenMailedTo(service, email);
  await service.post("/reset-password", { token, newPassword: NEW_PASSWORD });
}

describe("a change that is on its way while the password is reset", () => {
  it("mails no link to a new address", async () => {
    const { email, token } = await signedInMember(service);
    const newEmail = newAddress();
    // The first batch counts the attempt; the second is the change.
    const slow = startHeld(2);
    const asked = slow.service.post("/me/email", { newEmail, password: PASSWORD }, token);
    await slow.reached;
    await reset(email);
    slow.letGo();
    expect((await asked).status).toBe(401);
    expect(await mailTo(service, newEmail)).toEqual([]);
  });

  it("switches no second step", async () => {
    const { email, token } = await signedInMember(service);
    const slow = startHeld(2);
    const asked = slow.service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
    await slow.reached;
    await reset(email);
    slow.letGo();
    expect((await asked).status).toBe(401);
    await logIn(service, email, NEW_PASSWORD);
  });
});

describe("with the caps on mail", () => {
  const RATE_LIMITS = "{}";

  it("a second request for a new address that may not be mailed yet leaves the first link good", async () => {
    const limited = startService({ env: { RATE_LIMITS, BURST: undefined } });
    const { token } = await signedInMember(service);
    const [first, second] = [newAddress(), newAddress()];
    await limited.post("/me/email", { newEmail: first, password: PASSWORD }, token);
    await limited.post("/me/email", { newEmail: second, password: PASSWORD }, token);
    expect(await mailTo(service, second)).toEqual([]);
    const link = await tokenMailedTo(service, first);
    expect((await limited.post("/verify-email", { token: link })).status).toBe(200);
  });

  it("the cap over all holds back what strangers ask for, and no notice of a change", async () => {
    const capped = startService({ env: { RATE_LIMITS, BURST: undefined, MAIL_HOURLY_CAP: "1" } });
    capped.clock.advance(2 * 3_600_000);
    const { email } = await signedInMember(service);
    const { token } = await logIn(capped, email);
    for (let stranger = 0; stranger < 3; stranger++) await capped.post("/forgot-password", { email });
    const unmailed = newAddress();
    await capped.post("/register", { email: unmailed, password: PASSWORD, name: "Ada" });
    expect(await mailTo(service, unmailed)).toEqual([]);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await capped.post("/me/password", change, token)).status).toBe(200);
    expect((await mailTo(service, email))[0]?.subject).toMatch(/was changed/);
  });
});
