import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const service = startService();
/** An unauthenticated caller can request one mail a minute. */
const MINUTE = 60_000;
const NEW_PASSWORD = "another quiet harbour";

async function resetTokenOf(email: string): Promise<string> {
  await service.post("/forgot-password", { email });
  return tokenMailedTo(service, email);
}

describe("POST /reset-password", () => {
  it("accepts one of 50 parallel uses of a reset token", async () => {
    const { email } = await registerVerifiedUser(service);
    const token = await resetTokenOf(email);
    const answers = await inParallel(50, (index) =>
      service.post("/reset-password", { token, newPassword: `${NEW_PASSWORD} ${index}` }),
    );
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    const winner = answers.findIndex((answer) => answer.status === 200);
    await logIn(service, email, `${NEW_PASSWORD} ${winner}`);
  });

  it("ends every session immediately and does not sign in", async () => {
    const { email, token, refreshToken } = await registerAndLogIn(service);
    const other = await logIn(service, email);
    const reset = await service.post("/reset-password", {
      token: await resetTokenOf(email),
      newPassword: NEW_PASSWORD,
    });
    expect(reset.status).toBe(200);
    expect(Object.keys(reset.body.data)).toEqual(["deviceToken"]);
    expect((await service.get("/me", token)).status).toBe(401);
    expect((await service.get("/me", other.token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken: other.refreshToken })).status).toBe(401);
    const me = await env.DB.prepare("SELECT id FROM accounts WHERE email = ?")
      .bind(email)
      .first<{ id: string }>();
    expect(await env.KV.get(`deny:user:${me?.id}`)).toBe(String(service.clock.now()));
  });

  it("mails the owner a notice of the password reset", async () => {
    const { email } = await registerVerifiedUser(service);
    await service.post("/reset-password", { token: await resetTokenOf(email), newPassword: NEW_PASSWORD });
    expect((await mailTo(service, email))[0]?.subject).toMatch(/password/i);
    expect((await mailTo(service, email))[0]?.text).not.toContain("token=");
  });

  it("keeps the reset token valid if the new password is refused", async () => {
    const { email } = await registerVerifiedUser(service);
    const token = await resetTokenOf(email);
    const refused = await service.post("/reset-password", { token, newPassword: "password1" });
    expect(refused.body.error?.fields?.map((field) => field.path)).toEqual(["newPassword"]);
    expect((await service.post("/reset-password", { token, newPassword: NEW_PASSWORD })).status).toBe(200);
  });

  it("verifies the address that received the reset link", async () => {
    const { email } = await register(service);
    await service.post("/reset-password", { token: await resetTokenOf(email), newPassword: NEW_PASSWORD });
    await logIn(service, email, NEW_PASSWORD);
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(401);
  });

  describe("refuses", () => {
    it("refuses a reset token that is half an hour old", async () => {
      const clocked = startService();
      const { email } = await registerVerifiedUser(clocked);
      await clocked.post("/forgot-password", { email });
      const token = await tokenMailedTo(clocked, email);
      clocked.clock.advance(30 * 60_000);
      const answer = await clocked.post("/reset-password", { token, newPassword: NEW_PASSWORD });
      expect([answer.status, answer.body.error?.code]).toEqual([400, "token_invalid"]);
    });

    it("refuses every reset token after the password was changed", async () => {
      const { email, token } = await registerAndLogIn(service);
      const first = await resetTokenOf(email);
      service.clock.advance(MINUTE);
      const second = await resetTokenOf(email);
      const resetWith = (resetToken: string) =>
        service.post("/reset-password", { token: resetToken, newPassword: NEW_PASSWORD });
      const changed = await service.post(
        "/me/password",
        { currentPassword: PASSWORD, newPassword: "yet another harbour" },
        token,
      );
      expect(changed.status).toBe(200);
      for (const reset of [first, second]) expect((await resetWith(reset)).status).toBe(400);
    });

    it("refuses the oldest reset token after a third newer one, and every other after one was used", async () => {
      const { email } = await registerVerifiedUser(service);
      const tokens: string[] = [];
      for (let count = 0; count < 4; count += 1) {
        tokens.push(await resetTokenOf(email));
        service.clock.advance(MINUTE);
      }
      const isValid = async (token: string) =>
        (await service.get(`/reset-password?token=${token}`)).status === 200;
      expect(await Promise.all(tokens.map(isValid))).toEqual([false, true, true, true]);
      const reset = { token: tokens[1], newPassword: NEW_PASSWORD };
      expect((await service.post("/reset-password", reset)).status).toBe(200);
      expect(await Promise.all(tokens.map(isValid))).toEqual([false, false, false, false]);
    });

    it("refuses a different confirmPassword, and an email verification token", async () => {
      const { email } = await register(service);
      const token = await tokenMailedTo(service, email);
      const differs = { token, newPassword: NEW_PASSWORD, confirmPassword: "x" };
      expect((await service.post("/reset-password", differs)).body.error?.fields?.[0]?.path).toBe(
        "confirmPassword",
      );
      const withVerificationToken = await service.post("/reset-password", {
        token,
        newPassword: NEW_PASSWORD,
      });
      expect(withVerificationToken.body.error?.code).toBe("token_invalid");
    });
  });
});

describe("POST /forgot-password", () => {
  it("gives the same response for a known, an unknown and a deactivated address, and mails a link to the known one only", async () => {
    const { email: known } = await registerVerifiedUser(service);
    const { email: deactivated } = await registerVerifiedUser(service);
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?")
      .bind(deactivated)
      .run();
    const unknown = newAddress();
    const before = {
      known: (await mailTo(service, known)).length,
      deactivated: (await mailTo(service, deactivated)).length,
    };
    const answers = await Promise.all(
      [known, unknown, deactivated].map((email) => service.post("/forgot-password", { email })),
    );
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect((await mailTo(service, known)).length).toBe(before.known + 1);
    const [notice, ...others] = await mailTo(service, deactivated);
    expect(others).toHaveLength(before.deactivated);
    expect(notice?.subject).toBe("Your account at Gatehouse is deactivated");
    expect(notice?.text).not.toContain("token=");
    expect(await mailTo(service, unknown)).toEqual([]);
  });

  it("mails the stored address of the account, not the submitted spelling", async () => {
    const { email } = await registerVerifiedUser(service, "stored.person@example.com");
    const before = (await mailTo(service, email)).length;
    await service.post("/forgot-password", { email: "\uff33TORED.person@example.com" });
    expect((await mailTo(service, email)).length).toBe(before + 1);
  });

  it("builds the reset link from the configuration and ignores the request headers", async () => {
    const { email } = await registerVerifiedUser(service);
    await service.call("POST", "/api/auth/forgot-password", { email }, undefined, {
      Host: "evil.example",
      "X-Forwarded-Host": "evil.example",
      "X-Forwarded-Proto": "gopher",
      Origin: "https://evil.example",
      Referer: "https://evil.example/",
      Forwarded: "host=evil.example",
    });
    const [mail] = await mailTo(service, email);
    expect(mail?.text).toContain("http://gatehouse.test/reset-password?token=");
    expect(JSON.stringify(mail)).not.toContain("evil.example");
  });
});
