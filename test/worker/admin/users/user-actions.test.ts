import { describe, expect, it } from "vitest";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  logIn,
  mailTo,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../../support/users.ts";

const service = startService();
const admin = await signedInAs(service, "admin");
const superuser = await signedInAs(service, "superuser");
const asAdmin = usersApiAs(service, admin);
const asSuperuser = usersApiAs(service, superuser);

const NEW_PASSWORD = "a second lighthouse 8";

async function failSignIn(email: string, times: number) {
  for (let attempt = 0; attempt < times; attempt++)
    await service.post("/login", { email, password: "wrong" });
}

describe("admin actions on users", () => {
  it("deactivates a user, whose next call and refresh fail, and who gets a mail", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, refreshToken } = await logIn(service, email);
    const id = await accountIdOf(email);
    expect((await asAdmin.call("POST", `/${id}/deactivate`)).status).toBe(200);
    expect((await service.get("/me", token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
    expect((await service.post("/login", { email, password: PASSWORD })).body.error?.code).toBe(
      "account_deactivated",
    );
    expect((await mailTo(service, email))[0]?.subject).toContain("deactivated");
    expect(await service.env.KV.get(`deny:user:${id}`)).not.toBeNull();
  });

  it("revokes the email tokens of a deactivated user", async () => {
    const { email } = await registerVerifiedUser(service);
    await service.post("/forgot-password", { email });
    const token = await tokenMailedTo(service, email);
    const id = await accountIdOf(email);
    await asAdmin.call("POST", `/${id}/deactivate`);
    await asAdmin.call("POST", `/${id}/activate`);
    const answer = await service.post("/reset-password", { token, newPassword: NEW_PASSWORD });
    expect(answer.body.error?.code).toBe("token_invalid");
  });

  it("reactivates a user, whose earlier session stays ended", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token } = await logIn(service, email);
    const id = await accountIdOf(email);
    await asAdmin.call("POST", `/${id}/deactivate`);
    expect((await asAdmin.call("POST", `/${id}/activate`)).status).toBe(200);
    expect((await service.get("/me", token)).status).toBe(401);
    expect((await mailTo(service, email))[0]?.subject).toContain("active again");
    await logIn(service, email);
  });

  it("deactivates and activates idempotently, with one mail each", async () => {
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    for (const path of ["deactivate", "deactivate", "activate", "activate"]) {
      expect((await asAdmin.call("POST", `/${id}/${path}`)).status).toBe(200);
    }
    expect(
      (await mailTo(service, email)).filter(({ subject }) => subject.includes("deactivated")),
    ).toHaveLength(1);
    expect(
      (await mailTo(service, email)).filter(({ subject }) => subject.includes("active again")),
    ).toHaveLength(1);
  });

  it("unlocks a locked user at once", async () => {
    const { email } = await registerVerifiedUser(service);
    await failSignIn(email, 10);
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(429);
    expect((await asAdmin.call("POST", `/${await accountIdOf(email)}/unlock`)).status).toBe(200);
    await logIn(service, email);
  });

  it("ends a user's sessions and keeps the password", async () => {
    const { email } = await registerVerifiedUser(service);
    const sessions = [await logIn(service, email), await logIn(service, email)];
    expect((await asAdmin.call("DELETE", `/${await accountIdOf(email)}/sessions`)).status).toBe(200);
    for (const { token, refreshToken } of sessions) {
      expect((await service.get("/me", token)).status).toBe(401);
      expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
    }
    await logIn(service, email);
  });

  it("mails a reset link to the user and does not reveal it to the admin", async () => {
    const { email } = await registerVerifiedUser(service);
    const answer = await asAdmin.call("POST", `/${await accountIdOf(email)}/reset-password`);
    expect(answer.status).toBe(200);
    const token = await tokenMailedTo(service, email);
    expect(answer.text).not.toContain(token);
    expect((await service.post("/reset-password", { token, newPassword: NEW_PASSWORD })).status).toBe(200);
    await logIn(service, email, NEW_PASSWORD);
  });

  it("refuses a password reset for a deactivated user", async () => {
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    await asAdmin.call("POST", `/${id}/deactivate`);
    const answer = await asAdmin.call("POST", `/${id}/reset-password`);
    expect([answer.status, answer.body.error?.code]).toEqual([409, "conflict"]);
  });

  it("updates a user's profile under the rules of PATCH /me", async () => {
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    const { body } = await asAdmin.call("PATCH", `/${id}`, {
      name: "Grace",
      lastName: "Hopper",
      username: "grace.h",
    });
    expect(body.data).toMatchObject({ id, email, name: "Grace", lastName: "Hopper", username: "grace.h" });
    const other = await accountIdOf((await registerVerifiedUser(service)).email);
    const taken = await asAdmin.call("PATCH", `/${other}`, { username: "GRACE.H" });
    expect([taken.status, taken.body.error?.code]).toEqual([409, "username_taken"]);
    expect(taken.body.error?.fields).toEqual([{ path: "username", message: "Is taken." }]);
  });

  it("lets an admin read their own account and no other admin or superuser", async () => {
    expect((await asAdmin.call("GET", `/${admin.id}`)).body.data.id).toBe(admin.id);
    for (const { id } of [superuser, await signedInAs(service, "admin")]) {
      expect((await asAdmin.call("GET", `/${id}`)).status).toBe(403);
    }
  });

  it.each([
    ["PATCH", "", { name: "Mallory" }],
    ["POST", "/activate"],
    ["POST", "/deactivate"],
    ["POST", "/unlock"],
    ["POST", "/reset-password"],
    ["DELETE", "/sessions"],
    ["DELETE", "/avatar"],
  ])(
    "refuses %s /users/:id%s by an admin on another admin, a superuser or themselves",
    async (method, path, body?: object) => {
      const peer = await signedInAs(service, "admin");
      for (const { id } of [peer, superuser, admin]) {
        const answer = await asAdmin.call(method, `/${id}${path}`, body);
        expect([answer.status, answer.body.error?.code]).toEqual([403, "forbidden"]);
      }
      expect((await service.get("/me", peer.token)).status).toBe(200);
      expect((await service.get("/me", superuser.token)).status).toBe(200);
    },
  );

  it("returns 404 for an unknown or malformed user id", async () => {
    const answer = await asAdmin.call("POST", `/${crypto.randomUUID()}/deactivate`);
    expect([answer.status, answer.body.error?.code]).toEqual([404, "not_found"]);
    expect((await asAdmin.call("GET", "/not-an-id")).status).toBe(404);
  });

  it("refuses to let an admin set roles or delete users", async () => {
    const id = await accountIdOf((await registerVerifiedUser(service)).email);
    await asAdmin.call("POST", `/${id}/deactivate`);
    expect((await asAdmin.call("PUT", `/${id}/role`, { role: "admin" })).status).toBe(403);
    expect((await asAdmin.call("DELETE", `/${id}`)).status).toBe(403);
    expect((await asAdmin.call("GET", `/${id}`)).body.data.role).toBe("user");
  });
});

describe("superuser actions on users", () => {
  it("promotes a user to admin and ends the sessions with the old role", async () => {
    const user = await signedInAs(service, "user");
    expect((await asSuperuser.call("PUT", `/${user.id}/role`, { role: "admin" })).status).toBe(200);
    expect((await service.get("/me", user.token)).status).toBe(401);
    const { token } = await logIn(service, user.email);
    expect((await service.get("/me", token)).body.data.role).toBe("admin");
    expect((await service.call("GET", "/api/auth/users", undefined, token)).status).toBe(200);
  });

  it("demotes an admin, whose old access token is refused at once", async () => {
    const demoted = await signedInAs(service, "admin");
    await asSuperuser.call("PUT", `/${demoted.id}/role`, { role: "user" });
    expect((await usersApiAs(service, demoted).call("GET", "")).status).toBe(401);
    const { token } = await logIn(service, demoted.email);
    expect((await usersApiAs(service, { token }).call("GET", "")).status).toBe(403);
  });

  it("changes nothing when a user already has the role", async () => {
    const user = await signedInAs(service, "user");
    expect((await asSuperuser.call("PUT", `/${user.id}/role`, { role: "user" })).status).toBe(200);
    expect((await service.get("/me", user.token)).status).toBe(200);
  });

  it("refuses superuser actions on their own account", async () => {
    for (const [method, path, body] of [
      ["PUT", "/role", { role: "user" }],
      ["POST", "/deactivate"],
      ["DELETE", ""],
    ] as const) {
      const answer = await asSuperuser.call(method, `/${superuser.id}${path}`, body);
      expect([answer.status, answer.body.error?.code]).toEqual([403, "forbidden"]);
    }
  });

  it("refuses to delete an active user", async () => {
    const { email } = await registerVerifiedUser(service);
    const answer = await asSuperuser.call("DELETE", `/${await accountIdOf(email)}`);
    expect([answer.status, answer.body.error?.code]).toEqual([409, "user_still_active"]);
    await logIn(service, email);
  });
});
