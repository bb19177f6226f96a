import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { idOf, signedInAs } from "../../support/admins.ts";
import { startService } from "../../support/service.ts";
import {
  logIn,
  member,
  newAddress,
  PASSWORD,
  register,
  signedInMember,
  tokenMailedTo,
} from "../../support/users.ts";

// It speaks only while there is no superuser.
beforeEach(async () => {
  await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
});

const start = (email: string) => startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email } });

async function roleOf(service: ReturnType<typeof startService>, email: string, password = PASSWORD) {
  const { token } = await logIn(service, email, password);
  return (await service.get("/me", token)).body.data.role;
}

describe("BOOTSTRAP_SUPERUSER_EMAIL", () => {
  it("makes whoever proves that address superuser, in any case, and nobody before", async () => {
    const email = newAddress();
    const service = start(email.toUpperCase());
    const { answer } = await register(service, email);
    expect(answer.status).toBe(201);
    const role = "SELECT role FROM accounts WHERE email = ?";
    expect(await service.env.DB.prepare(role).bind(email).first("role")).toBe("user");
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    expect(await roleOf(service, email)).toBe("superuser");
  });

  it("does so by a reset link too, which proves the address as well", async () => {
    const email = newAddress();
    const service = start(email);
    await register(service, email);
    await service.post("/forgot-password", { email });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect(await roleOf(service, email)).toBe("superuser");
  });

  it("leaves everybody else what they are", async () => {
    const service = start(newAddress());
    const { email } = await member(service);
    expect(await roleOf(service, email)).toBe("user");
  });

  it("does not make somebody superuser again who was demoted", async () => {
    const email = newAddress();
    const service = start(email);
    await member(service, email);
    const other = await signedInAs(service, "superuser");
    await service.call("PUT", `/api/auth/users/${await idOf(email)}/role`, { role: "user" }, other.token);
    await service.post("/forgot-password", { email });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    expect(await roleOf(service, email)).toBe("user");
  });

  it("is not had by changing to the address: one careless click would give a stranger everything", async () => {
    const email = newAddress();
    const service = start(email);
    const { token } = await signedInMember(service);
    await service.post("/me/email", { newEmail: email, password: PASSWORD }, token);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    expect(await roleOf(service, email)).toBe("user");
  });

  it("that is no address stops the service", async () => {
    const answer = await start("not an address").get("/me");
    expect([answer.status, answer.body.error?.code]).toEqual([503, "unavailable"]);
  });
});
