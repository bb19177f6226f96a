import { describe, expect, it } from "vitest";
import { tokenMailedTo } from "../support/people.ts";
import { startService } from "../support/service.ts";

describe("the life of an account, as the seed tells it", () => {
  it("registers, verifies, logs in, refreshes, logs out, resets and logs in again", async () => {
    const service = startService();
    const email = "a@gmail.example.com";
    const registered = await service.post("/register", {
      name: "Aaaa Aa",
      email,
      password: "SecurePass123!",
    });
    expect(registered.status).toBe(201);
    expect(registered.body).toEqual({
      success: true,
      message: "User registered successfully. Please check your email to verify your account.",
      data: {
        requiresVerification: true,
        user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: "Aaaa Aa", email },
      },
    });

    const early = await service.post("/login", { email, password: "SecurePass123!" });
    expect([early.status, early.body.error?.code, early.body.message]).toEqual([
      403,
      "email_not_verified",
      "Email not verified",
    ]);

    const verifyToken = await tokenMailedTo(service, email);
    expect((await service.get(`/verify-email?token=${verifyToken}`)).body.data).toEqual({ valid: true });
    const verified = await service.post("/verify-email", { token: verifyToken });
    expect(verified.body).toEqual({
      success: true,
      message: "Email verified successfully! You can now log in.",
    });

    const login = await service.post("/login", { email, password: "SecurePass123!" });
    expect(login.status).toBe(200);
    expect(login.body.message).toBe("Login successful");
    expect(login.body.data).toEqual({
      token: expect.any(String),
      tokenType: "Bearer",
      expiresIn: 900,
      refreshToken: expect.any(String),
      refreshExpiresIn: 604_800,
      deviceToken: expect.any(String),
      user: { id: registered.body.data.user.id, name: "Aaaa Aa", email, isVerified: true, role: "user" },
    });
    const { token, refreshToken } = login.body.data;

    const me = await service.get("/me", token);
    expect(me.body.data).toMatchObject({ id: registered.body.data.user.id, email, isVerified: true });

    const refreshed = await service.post("/refresh", { refreshToken });
    expect(refreshed.status).toBe(200);
    expect((await service.get("/me", refreshed.body.data.token)).status).toBe(200);

    const loggedOut = await service.post("/logout", undefined, refreshed.body.data.token);
    expect(loggedOut.body).toEqual({
      success: true,
      message: "Logged out successfully. Please remove the token from client storage.",
    });
    expect((await service.get("/me", refreshed.body.data.token)).status).toBe(401);
    expect((await service.post("/refresh", { refreshToken: refreshed.body.data.refreshToken })).status).toBe(
      401,
    );

    const forgot = await service.post("/forgot-password", { email });
    expect(forgot.body.message).toBe(
      "If an account with that email exists, a password reset link has been sent.",
    );
    const resetToken = await tokenMailedTo(service, email);
    const reset = await service.post("/reset-password", {
      token: resetToken,
      newPassword: "NewSecurePass456!",
    });
    expect(reset.body).toEqual({
      success: true,
      message: "Password has been reset successfully. Please log in with your new password.",
    });
    expect((await service.post("/login", { email, password: "SecurePass123!" })).status).toBe(401);
    expect((await service.post("/login", { email, password: "NewSecurePass456!" })).status).toBe(200);
  });
});
