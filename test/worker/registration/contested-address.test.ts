import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { MINUTE } from "../../support/outbox.ts";
import { startService } from "../../support/service.ts";
import { mailTo, newAddress, PASSWORD, register, signedInAs, tokenMailedTo } from "../../support/users.ts";

// With the production limits, which decide which registration's mail is sent.
const service = startService({ env: { RATE_LIMITS: "", BURST: undefined } });
const ATTACKER_PASSWORD = "the attacker's own words";
const registerAsAttacker = (email: string) =>
  register(service, email, { password: ATTACKER_PASSWORD, name: "Mallory" });

async function expectAttackerLockedOut(email: string) {
  await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
  expectErrorResponse(
    await service.post("/login", { email, password: ATTACKER_PASSWORD }),
    401,
    "invalid_credentials",
  );
}

describe("an attacker who registers another user's address", () => {
  it("cannot sign in after the owner, whose registration mail was capped, uses a resent link", async () => {
    const email = newAddress();
    await registerAsAttacker(email);
    service.clock.advance(MINUTE / 2);
    await register(service, email, { password: PASSWORD });
    service.clock.advance(MINUTE);
    await service.post("/verify-email/resend", { email });
    await expectAttackerLockedOut(email);
  });

  it("cannot sign in after using up the hourly mails before the owner registers", async () => {
    const email = newAddress();
    for (let mails = 0; mails < 5; mails += 1) {
      await registerAsAttacker(email);
      service.clock.advance(MINUTE);
    }
    await register(service, email, { password: PASSWORD });
    expect(await mailTo(service, email)).toHaveLength(5);
    await expectAttackerLockedOut(email);
  });

  it("cannot sign in after registering a minute later than the owner, with a newer identical mail", async () => {
    const email = newAddress();
    await register(service, email, { password: PASSWORD });
    service.clock.advance(MINUTE);
    await registerAsAttacker(email);
    await expectAttackerLockedOut(email);
  });

  it("cannot sign in when the owner has an open invitation", async () => {
    const email = newAddress();
    const admin = await signedInAs(service, "admin");
    expect((await service.post("/users", { email, name: "Ada" }, admin.token)).status).toBe(201);
    await registerAsAttacker(email);
    await expectAttackerLockedOut(email);
  });
});
