import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../support/assertions.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import { startService } from "../../support/service.ts";
import {
  accountIdOf,
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../support/users.ts";

const service = startService();
const ATTACKER_PASSWORD = "the password of the attacker";
const registerAsAttacker = (email: string, at = service) =>
  register(at, email, { password: ATTACKER_PASSWORD, name: "Mallory" });
const rowOf = (email: string) =>
  env.DB.prepare("SELECT id, name, last_name, role, password_hash FROM accounts WHERE email = ?")
    .bind(email)
    .first<Record<string, unknown>>();

describe("a role above user", () => {
  // Finding 15 of the audit.
  it("is refused for an account whose address is not verified, and is given after verification", async () => {
    const { email } = await registerAsAttacker(newAddress());
    const superuser = await signedInAs(service, "superuser");
    const id = await accountIdOf(email);
    const setRole = (role: string) => usersApiAs(service, superuser).call("PUT", `/${id}/role`, { role });
    for (const role of ["admin", "superuser"]) {
      expectErrorResponse(await setRole(role), 409, "user_not_verified");
    }
    expect((await rowOf(email))?.role).toBe("user");
    expect((await setRole("user")).status).toBe(200);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    expect((await setRole("admin")).status).toBe(200);
  });

  it("is refused for an invited account, and a lower role is given to it", async () => {
    const email = newAddress();
    const superuser = await signedInAs(service, "superuser");
    const { call } = usersApiAs(service, superuser);
    const { id } = (await call("POST", "", { email, name: "Grace", role: "admin" })).body.data;
    expectErrorResponse(await call("PUT", `/${id}/role`, { role: "superuser" }), 409, "user_not_verified");
    expect((await call("PUT", `/${id}/role`, { role: "user" })).status).toBe(200);
  });

  it("does not reach the registrant when the owner of the mailbox uses the verification link", async () => {
    const { email } = await registerAsAttacker(newAddress());
    // An earlier release allowed it.
    await env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE email = ?").bind(email).run();
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    const login = await service.post("/login", { email, password: ATTACKER_PASSWORD });
    expectErrorResponse(login, 401, "invalid_credentials");
    const newPassword = "the password of the owner";
    await service.post("/reset-password", { token: await tokenMailedTo(service, email), newPassword });
    await logIn(service, email, newPassword);
  });

  it("does not reach the registrant of BOOTSTRAP_SUPERUSER_EMAIL", async () => {
    await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
    const email = newAddress();
    const withBootstrap = startService({ env: { BOOTSTRAP_SUPERUSER_EMAIL: email } });
    await registerAsAttacker(email, withBootstrap);
    await withBootstrap.post("/verify-email", { token: await tokenMailedTo(withBootstrap, email) });
    expect((await rowOf(email))?.role).toBe("superuser");
    const login = await withBootstrap.post("/login", { email, password: ATTACKER_PASSWORD });
    expectErrorResponse(login, 401, "invalid_credentials");
  });
});

describe("an unproven registration", () => {
  // Finding 16 of the audit.
  it("does not block a change of another account to its address", async () => {
    const { email } = await registerAsAttacker(newAddress());
    const registrant = await accountIdOf(email);
    const { token } = await registerAndLogIn(service);
    const body = { newEmail: email, password: PASSWORD };
    expect((await service.post("/me/email", body, token)).status).toBe(200);
    const link = await tokenMailedTo(service, email);
    expect((await service.post("/verify-email", { token: link })).status).toBe(200);
    expect((await service.get("/me", token)).body.data).toMatchObject({ email, isVerified: true });
    expect(await accountIdOf(email)).not.toBe(registrant);
    const rows = "SELECT count(*) AS n FROM accounts WHERE id = ?";
    expect((await env.DB.prepare(rows).bind(registrant).first<{ n: number }>())?.n).toBe(0);
  });

  it("is replaced by an invitation, whose link alone sets a password", async () => {
    const { email } = await registerAsAttacker(newAddress());
    const verifyToken = await tokenMailedTo(service, email);
    const admin = await signedInAs(service, "admin");
    expect((await service.post("/users", { email, name: "Grace" }, admin.token)).status).toBe(201);
    expectErrorResponse(await service.post("/verify-email", { token: verifyToken }), 400, "token_invalid");
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    await logIn(service, email);
    const login = await service.post("/login", { email, password: ATTACKER_PASSWORD });
    expectErrorResponse(login, 401, "invalid_credentials");
  });

  it("stays when the invitation of its address is refused", async () => {
    const { email } = await registerAsAttacker(newAddress());
    const admin = await signedInAs(service, "admin");
    const { call } = usersApiAs(service, admin);
    expectErrorResponse(
      await call("POST", "", { email, name: "Grace", role: "superuser" }),
      403,
      "forbidden",
    );
    // The admin is demoted while the invitation is being made.
    const slow = startWithHeldBatch(1);
    const pending = usersApiAs(slow.service, admin).call("POST", "", { email, name: "Grace" });
    await slow.reached;
    await env.DB.prepare("UPDATE accounts SET role = 'user' WHERE id = ?").bind(admin.id).run();
    slow.release();
    expectErrorResponse(await pending, 409, "conflict");
    expect((await rowOf(email))?.name).toBe("Mallory");
  });

  it("gets mail without the name of the registrant until the address is verified", async () => {
    const { email } = await register(service, newAddress(), { name: "call +1 800 555 0100" });
    const token = await tokenMailedTo(service, email);
    await service.post("/forgot-password", { email });
    for (const mail of await mailTo(service, email)) {
      expect(mail.text).toMatch(/^Hello,/);
      expect(mail.text + mail.html).not.toContain("800");
    }
    expect((await service.post("/verify-email", { token })).status).toBe(200);
    service.clock.advance(1000);
    await service.post("/forgot-password", { email });
    expect((await mailTo(service, email))[0]?.text).toMatch(/^Hello call \+1 800 555 0100,/);
  });

  it("gives the new address of an email change no name of the account's user", async () => {
    const { token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    await service.post("/me/email", { newEmail, password: PASSWORD }, token);
    expect((await mailTo(service, newEmail))[0]?.text).toMatch(/^Hello,/);
  });
});

describe("a registration with the address of an invited account", () => {
  it("changes neither the name nor any other column of the invited account, and its mail has no link", async () => {
    const email = newAddress();
    const admin = await signedInAs(service, "admin");
    await service.post("/users", { email, name: "Grace" }, admin.token);
    const row = () => env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();
    const before = await row();
    const invitation = await tokenMailedTo(service, email);
    await registerAsAttacker(email);
    expect(await row()).toEqual(before);
    expect((await mailTo(service, email))[0]?.text).not.toContain("token=");
    expect((await service.post("/verify-email/resend", { email })).status).toBe(200);
    await service.post("/reset-password", { token: invitation, newPassword: PASSWORD });
    const login = await service.post("/login", { email, password: ATTACKER_PASSWORD });
    expectErrorResponse(login, 401, "invalid_credentials");
    const { token } = await logIn(service, email);
    expect((await service.get("/me", token)).body.data.name).toBe("Grace");
  });
});

describe("simultaneous registrations", () => {
  // Fault 18: eight of sixteen pairs lost the password.
  it("with the same address and password keep the password", async () => {
    for (let pair = 0; pair < 8; pair += 1) {
      const email = newAddress();
      const answers = await inParallel(2, async () => (await register(service, email)).answer);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect((await rowOf(email))?.password_hash).not.toBeNull();
      await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
      await logIn(service, email);
    }
  });

  it("with the same address and different passwords keep neither password", async () => {
    for (let pair = 0; pair < 4; pair += 1) {
      const email = newAddress();
      await Promise.all([register(service, email), registerAsAttacker(email)]);
      expect((await rowOf(email))?.password_hash).toBeNull();
    }
  });

  it("hash the same password of two addresses with different salts", async () => {
    const hashes = [];
    for (let address = 0; address < 2; address += 1) {
      const { email } = await register(service);
      hashes.push(String((await rowOf(email))?.password_hash).split("$")[3]);
    }
    expect(new Set(hashes).size).toBe(2);
    expect(hashes[0]).toMatch(/^[\w-]{22}$/);
  });
});
