import { describe, expect, it } from "vitest";
import { bearer, createApiClient } from "../support/api-client.ts";
import { startService } from "../support/service.ts";
import { tokenMailedTo } from "../support/users.ts";

describe("account lifecycle", () => {
  it("registers, verifies the address, logs in, refreshes, logs out, resets the password and logs in again", async () => {
    const service = startService();
    const api = createApiClient(service);
    const email = "a@gmail.example.com";
    const password = "SecurePass123!";
    const registered = await api.POST("/api/auth/register", { body: { name: "Aaaa Aa", email, password } });
    expect(registered.response.status).toBe(201);
    expect(registered.data).toEqual({
      success: true,
      message: "User registered successfully. Please check your email to verify your account.",
      data: {
        requiresVerification: true,
        user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: "Aaaa Aa", email },
      },
    });

    const unverifiedLogin = await api.POST("/api/auth/login", { body: { email, password } });
    expect([
      unverifiedLogin.response.status,
      unverifiedLogin.error?.error.code,
      unverifiedLogin.error?.message,
    ]).toEqual([403, "email_not_verified", "Email not verified"]);

    const token = await tokenMailedTo(service, email);
    const link = await api.GET("/api/auth/verify-email", { params: { query: { token } } });
    expect(link.data?.data).toEqual({ valid: true });
    const verified = await api.POST("/api/auth/verify-email", { body: { token } });
    expect(verified.data).toEqual({
      success: true,
      message: "Email verified successfully! You can now log in.",
    });

    const login = await api.POST("/api/auth/login", { body: { email, password } });
    expect(login.response.status).toBe(200);
    expect(login.data).toEqual({
      success: true,
      message: "Login successful",
      data: {
        token: expect.any(String),
        tokenType: "Bearer",
        expiresIn: 900,
        refreshToken: expect.any(String),
        refreshExpiresIn: 604_800,
        deviceToken: expect.any(String),
        user: { id: registered.data?.data.user.id, name: "Aaaa Aa", email, isVerified: true, role: "user" },
      },
    });
    const tokens = withTokens(login.data?.data);

    const statusOfMe = async (accessToken: string) =>
      (await api.GET("/api/auth/me", { headers: bearer(accessToken) })).response.status;
    const me = await api.GET("/api/auth/me", { headers: bearer(tokens.token) });
    expect(me.data?.data).toMatchObject({ id: registered.data?.data.user.id, email, isVerified: true });

    const refreshed = await api.POST("/api/auth/refresh", { body: { refreshToken: tokens.refreshToken } });
    expect(refreshed.response.status).toBe(200);
    const next = withTokens(refreshed.data?.data);
    expect(await statusOfMe(next.token)).toBe(200);

    const loggedOut = await api.POST("/api/auth/logout", { headers: bearer(next.token) });
    expect(loggedOut.data).toEqual({
      success: true,
      message: "Logged out successfully. Please remove the token from client storage.",
    });
    expect(await statusOfMe(next.token)).toBe(401);
    const refused = await api.POST("/api/auth/refresh", { body: { refreshToken: next.refreshToken } });
    expect([refused.response.status, refused.error?.error.code]).toEqual([401, "refresh_invalid"]);

    const forgot = await api.POST("/api/auth/forgot-password", { body: { email } });
    expect(forgot.data?.message).toBe(
      "If an account with that email exists, a password reset link has been sent.",
    );
    const newPassword = "NewSecurePass456!";
    const resetToken = await tokenMailedTo(service, email);
    const reset = await api.POST("/api/auth/reset-password", { body: { token: resetToken, newPassword } });
    expect(reset.data).toEqual({
      success: true,
      message: "Password has been reset successfully. Please log in with your new password.",
      // A later lockout by wrong guesses of others does not apply to this device.
      data: { deviceToken: expect.any(String) },
    });
    const statusOfLogin = async (candidate: string) =>
      (await api.POST("/api/auth/login", { body: { email, password: candidate } })).response.status;
    expect([await statusOfLogin(password), await statusOfLogin(newPassword)]).toEqual([401, 200]);
  });
});

/** Narrows the data of a response to the variant with tokens in the body. Throws if they are in cookies. */
function withTokens<Data extends object>(data: Data | undefined): Extract<Data, { token: string }> {
  if (data && "token" in data) return data as Extract<Data, { token: string }>;
  throw new Error(`No tokens in ${JSON.stringify(data)}`);
}
