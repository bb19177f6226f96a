import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../support/assertions.ts";
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
const patch = (body: object, token: string) => service.call("PATCH", "/api/auth/me", body, token);

describe("PATCH /me", () => {
  it("changes the given profile fields, clears null ones and keeps the rest", async () => {
    const { token } = await registerAndLogIn(service);
    service.clock.advance(1000);
    const first = await patch({ lastName: "Hopper", username: "amazing", age: 40 }, token);
    expect(first.body.data).toMatchObject({ name: "Ada", lastName: "Hopper", username: "amazing", age: 40 });
    const second = await patch({ name: "Grace", username: null, lastName: null }, token);
    expect(second.body.data).toMatchObject({ name: "Grace", lastName: null, username: null, age: 40 });
    expect((await service.get("/me", token)).body.data).toMatchObject(second.body.data);
    expect(second.body.data.updatedAt > second.body.data.createdAt).toBe(true);
  });

  it("refuses a taken username and changes nothing", async () => {
    const other = await registerAndLogIn(service);
    await patch({ username: "taken.name" }, other.token);
    const { token } = await registerAndLogIn(service);
    const answer = await patch({ name: "Thief", username: "TAKEN.name" }, token);
    expect([answer.status, answer.body.error?.code]).toEqual([409, "username_taken"]);
    expect((await service.get("/me", token)).body.data).toMatchObject({ name: "Ada", username: null });
    // The user's own username in another case is not taken.
    expect((await patch({ username: "Taken.Name" }, other.token)).status).toBe(200);
  });

  it("gives a username to one of 20 parallel profile changes", async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => registerAndLogIn(service)));
    const answers = await inParallel(20, (index) =>
      patch({ username: "one.only" }, users[index]?.token ?? ""),
    );
    expect(statusCounts(answers)).toEqual({ 200: 1, 409: 19 });
  });

  it("refuses to clear a field in REQUIRED_PROFILE_FIELDS", async () => {
    const strict = startService({ env: { REQUIRED_PROFILE_FIELDS: "username" } });
    const { token } = await registerAndLogIn(service);
    const answer = await strict.call("PATCH", "/api/auth/me", { username: null, lastName: null }, token);
    expect([answer.status, answer.body.error?.fields]).toEqual([
      400,
      [{ path: "username", message: "Is required." }],
    ]);
  });

  it("refuses an empty profile change and fields that users cannot set", async () => {
    const { token } = await registerAndLogIn(service);
    for (const body of [
      {},
      { role: "superuser" },
      { email: "x@example.com" },
      { isVerified: true },
      { name: null },
    ]) {
      expect((await patch(body, token)).status).toBe(400);
    }
    expect((await service.get("/me", token)).body.data.role).toBe("user");
  });
});

describe("POST /me/password", () => {
  it("changes the password, ends the other sessions and mails a notice", async () => {
    const current = await registerAndLogIn(service);
    const other = await logIn(service, current.email);
    const body = { currentPassword: PASSWORD, newPassword: "a newer lighthouse" };
    expect((await service.post("/me/password", body, current.token)).status).toBe(200);
    expect((await service.get("/me", current.token)).status).toBe(200);
    expect((await service.post("/refresh", { refreshToken: current.refreshToken })).status).toBe(200);
    expect((await service.get("/me", other.token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken: other.refreshToken })).status).toBe(401);
    expect((await service.post("/login", { email: current.email, password: PASSWORD })).status).toBe(401);
    expect((await mailTo(service, current.email))[0]?.subject).toMatch(/password/i);
    await logIn(service, current.email, "a newer lighthouse");
  });

  it("refuses a password change with a wrong current password", async () => {
    const { token } = await registerAndLogIn(service);
    const body = { currentPassword: "not the password", newPassword: "a newer lighthouse" };
    const answer = await service.post("/me/password", body, token);
    expect([answer.status, answer.body.error?.code]).toEqual([401, "invalid_credentials"]);
    expect((await service.get("/me", token)).status).toBe(200);
  });

  it("accepts one of eight parallel password changes", async () => {
    const { email, token } = await registerAndLogIn(service);
    const answers = await inParallel(8, (index) =>
      service.post(
        "/me/password",
        { currentPassword: PASSWORD, newPassword: `a newer lighthouse ${index}` },
        token,
      ),
    );
    expect(statusCounts(answers)).toEqual({ 200: 1, 401: 7 });
    const winner = answers.findIndex((answer) => answer.status === 200);
    await logIn(service, email, `a newer lighthouse ${winner}`);
  });
});

describe("POST /me/email", () => {
  it("changes the email only when the link at the new address is used, and mails the old address twice", async () => {
    const { email, token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    await service.post("/forgot-password", { email });
    const resetToken = await tokenMailedTo(service, email);
    const before = (await mailTo(service, email)).length;
    expect((await service.post("/me/email", { newEmail, password: PASSWORD }, token)).status).toBe(200);
    expect((await service.get("/me", token)).body.data.email).toBe(email);
    expect((await mailTo(service, email)).length).toBe(before + 1);

    const confirmed = await service.post("/verify-email", { token: await tokenMailedTo(service, newEmail) });
    expect(confirmed.status).toBe(200);
    expect((await service.get("/me", token)).body.data).toMatchObject({ email: newEmail, isVerified: true });
    expect((await mailTo(service, email)).length).toBe(before + 2);
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(401);
    await logIn(service, newEmail);
    // A token mailed to the old address does not verify the new one.
    const stale = await service.post("/reset-password", {
      token: resetToken,
      newPassword: "a newer lighthouse",
    });
    expect(stale.body.error?.code).toBe("token_invalid");
  });

  it("gives a taken new address the same response as a free one and mails its owner a notice without a link", async () => {
    const { token } = await registerAndLogIn(service);
    const { email: taken } = await registerVerifiedUser(service);
    const before = (await mailTo(service, taken)).length;
    const free = newAddress();
    const answers = await Promise.all(
      [taken, free].map((newEmail) => service.post("/me/email", { newEmail, password: PASSWORD }, token)),
    );
    expect(answers[0]?.text).toBe(answers[1]?.text);
    // Its mail counts towards the limits as the link does, so that no 429 reveals the account.
    const mails = await mailTo(service, taken);
    expect(mails.length).toBe(before + 1);
    expect(mails[0]?.subject).toBe("Your address already has an account at Gatehouse");
    expect(mails[0]?.text).not.toContain("token=");
  });

  it("refuses an email change to an address that another account has verified meanwhile", async () => {
    const { token } = await registerAndLogIn(service);
    const newEmail = newAddress();
    await service.post("/me/email", { newEmail, password: PASSWORD }, token);
    const link = await tokenMailedTo(service, newEmail);
    await registerVerifiedUser(service, newEmail);
    const answer = await service.post("/verify-email", { token: link });
    expect([answer.status, answer.body.error?.code]).toEqual([400, "token_invalid"]);
  });

  it("refuses an email change with a wrong password", async () => {
    const { token } = await registerAndLogIn(service);
    const answer = await service.post("/me/email", { newEmail: newAddress(), password: "wrong one" }, token);
    expect(answer.status).toBe(401);
  });
});

describe("POST /me/deactivate", () => {
  it("deactivates the account, ends its sessions and voids its email tokens", async () => {
    const { email, token, refreshToken } = await registerAndLogIn(service);
    await service.post("/forgot-password", { email });
    const link = await tokenMailedTo(service, email);
    expect((await service.post("/me/deactivate", { password: "wrong one" }, token)).status).toBe(401);
    expect((await service.post("/me/deactivate", { password: PASSWORD }, token)).status).toBe(200);
    expect((await service.get("/me", token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
    const login = await service.post("/login", { email, password: PASSWORD });
    expect([login.status, login.body.error?.code]).toEqual([403, "account_deactivated"]);
    const reset = await service.post("/reset-password", { token: link, newPassword: "a newer lighthouse" });
    expect(reset.body.error?.code).toBe("token_invalid");
    expect((await mailTo(service, email))[0]?.subject).toMatch(/deactivated|closed/i);
  });

  it("keeps the last superuser when two deactivate in parallel", async () => {
    for (let round = 0; round < 10; round++) {
      await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
      const [one, two] = [await registerAndLogIn(service), await registerAndLogIn(service)];
      await env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email IN (?, ?)")
        .bind(one.email, two.email)
        .run();
      const answers = await inParallel(2, (index) =>
        service.post("/me/deactivate", { password: PASSWORD }, (index === 0 ? one : two).token),
      );
      expect(statusCounts(answers)).toEqual({ 200: 1, 409: 1 });
      expect(answers.find((answer) => answer.status === 409)?.body.error?.code).toBe("last_admin");
    }
  });
});
