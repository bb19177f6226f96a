import { describe, expect, it } from "vitest";
import { signedInAs } from "../../support/admins.ts";
import { MINUTE } from "../../support/outbox.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";
import { mailTo, newAddress, PASSWORD, register, tokenMailedTo } from "../../support/users.ts";

// With the limits of production: they decide whose mail goes out.
const service = startService({ env: { RATE_LIMITS: "", BURST: undefined } });
const STRANGERS = "the stranger's own words";
const asStranger = (email: string) => register(service, email, { password: STRANGERS, name: "Mallory" });

async function expectStrangerOut(email: string) {
  await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
  expectRefusal(await service.post("/login", { email, password: STRANGERS }), 401, "invalid_credentials");
}

describe("a stranger who registers somebody's address, too", () => {
  it("has nothing by a link that its owner had sent again, whose own registration was capped", async () => {
    const email = newAddress();
    await asStranger(email);
    service.clock.advance(MINUTE / 2);
    await register(service, email, { password: PASSWORD });
    service.clock.advance(MINUTE);
    await service.post("/verify-email/resend", { email });
    await expectStrangerOut(email);
  });

  it("has nothing by using up the mails of an hour before its owner comes", async () => {
    const email = newAddress();
    for (let mails = 0; mails < 5; mails += 1) {
      await asStranger(email);
      service.clock.advance(MINUTE);
    }
    await register(service, email, { password: PASSWORD });
    expect(await mailTo(service, email)).toHaveLength(5);
    await expectStrangerOut(email);
  });

  it("has nothing by coming a minute later, with a newer mail that reads the same", async () => {
    const email = newAddress();
    await register(service, email, { password: PASSWORD });
    service.clock.advance(MINUTE);
    await asStranger(email);
    await expectStrangerOut(email);
  });

  it("has nothing where an invitation waits for that owner", async () => {
    const email = newAddress();
    const admin = await signedInAs(service, "admin");
    expect((await service.post("/users", { email, name: "Ada" }, admin.token)).status).toBe(201);
    await asStranger(email);
    await expectStrangerOut(email);
  });
});
