import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startService } from "../../support/service.ts";
import {
  accountIdOf,
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerAndVerify,
  registerVerifyAndLogIn,
  signedInAs,
  tokenMailedTo,
} from "../../support/users.ts";

// The variable has an effect only while there is no superuser.
beforeEach(async () => {
  await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
});

const start = (email: string) => startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email } });

async function roleOf(service: ReturnType<typeof startService>, email: string, password = PASSWORD) {
  const { token } = await logIn(service, email, password);
  return (await service.get("/me", token)).body.data.role;
}

describe("BOOTSTRAP_SUPERUSER_EMAIL", () => {
  it("makes the account that verifies the address superuser, regardless of case and not before", async () => {
    const email = newAddress();
    const service = start(email.toUpperCase());
    const { answer } = await register(service, email);
    expect(answer.status).toBe(201);
    const role = "SELECT role FROM accounts WHERE email = ?";
    expect(await service.env.DB.prepare(role).bind(email).first("role")).toBe("user");
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    // Another person may have registered the address, so its owner chooses the password of the superuser.
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      401,
      "invalid_credentials",
    );
    const newPassword = "the password of the owner";
    await service.post("/reset-password", { token: await tokenMailedTo(service, email), newPassword });
    expect(await roleOf(service, email, newPassword)).toBe("superuser");
  });

  it("makes the account superuser when a password reset verifies the address", async () => {
    const email = newAddress();
    const service = start(email);
    await register(service, email);
    await service.post("/forgot-password", { email });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect(await roleOf(service, email)).toBe("superuser");
    const events =
      "SELECT count(*) AS n FROM audit_events WHERE account_id = ? AND type = 'superuser_bootstrapped'";
    expect(
      await env.DB.prepare(events)
        .bind(await accountIdOf(email))
        .first("n"),
    ).toBe(1);
  });

  it("does not change the role of other users", async () => {
    const service = start(newAddress());
    const { email } = await registerAndVerify(service);
    expect(await roleOf(service, email)).toBe("user");
  });

  it("does not promote a demoted superuser again after a password reset", async () => {
    const email = newAddress();
    const service = start(email);
    await registerAndVerify(service, email);
    const other = await signedInAs(service, "superuser");
    await service.call(
      "PUT",
      `/api/auth/users/${await accountIdOf(email)}/role`,
      { role: "user" },
      other.token,
    );
    await service.post("/forgot-password", { email });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect(await roleOf(service, email)).toBe("user");
  });

  it("does not promote an account that changes its email to the address", async () => {
    const email = newAddress();
    const service = start(email);
    const { token } = await registerVerifyAndLogIn(service);
    await service.post("/me/email", { newEmail: email, password: PASSWORD }, token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    expect(await roleOf(service, email)).toBe("user");
  });

  it("answers every request with 503 when BOOTSTRAP_SUPERUSER_EMAIL is not an address", async () => {
    const answer = await start("not an address").get("/me");
    expect([answer.status, answer.body.error?.code]).toEqual([503, "unavailable"]);
  });
});
