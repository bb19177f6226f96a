import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { signedInBrowser } from "../../../support/browser.ts";
import { countSessions, readAllRows } from "../../../support/database-rows.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../../support/one-time-codes.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  newAddress,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  subjectsTo,
  tokenMailedTo,
} from "../../../support/users.ts";

const START = Date.now();
const start = (LOGIN_OTP: string) => startService({ env: { LOGIN_OTP }, clock: createTestClock(START) });
const plain = start("off");
const always = start("always");

const verifyCode = (service: Service, challengeId: string, code: string) =>
  service.post("/login/otp", { challengeId, code });

async function setSecondFactor(token: string, enabled: boolean, password = PASSWORD) {
  await markDeviceAsKnown(token);
  return plain.post("/me/otp", { enabled, password }, token);
}

describe("second factor of a sign-in", () => {
  it.each([
    ["off", "disabled", "an unknown device", false],
    ["off", "enabled", "an unknown device", true],
    ["off", "enabled", "a known device", true],
    ["new_device", "disabled", "an unknown device", true],
    ["new_device", "disabled", "a known device", false],
    ["new_device", "enabled", "a known device", true],
    ["always", "disabled", "an unknown device", true],
    ["always", "disabled", "a known device", true],
  ])(
    "decides under LOGIN_OTP=%s with the account setting %s on %s whether a second factor is required: %s",
    async (LOGIN_OTP, setting, device, required) => {
      const { email } = await registerVerifiedUser(plain);
      const { token, deviceToken } = (await plain.post("/login", { email, password: PASSWORD })).body.data;
      if (setting === "enabled") await setSecondFactor(token, true);
      const known = device === "a known device" ? { deviceToken } : {};
      const service = start(LOGIN_OTP);
      const answer = await service.post("/login", { email, password: PASSWORD, ...known });
      expect([answer.status, answer.body.data.otpRequired === true]).toEqual([200, required]);
      expect(typeof answer.body.data.token).toBe(required ? "undefined" : "string");
    },
  );

  it("returns a challenge that is valid for 600 seconds, and no token by either transport", async () => {
    const { email } = await registerVerifiedUser(always);
    const browser = await signedInBrowser(plain, email);
    const body = { email, password: PASSWORD };
    for (const answer of [
      await always.post("/login", body),
      await always.call("POST", "/api/auth/login", { ...body, transport: "cookie" }, undefined, {
        Cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; "),
        Origin: "http://gatehouse.test",
        "X-CSRF-Token": browser.token,
      }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.body.data).toEqual({
        otpRequired: true,
        challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        expiresIn: 600,
        factors: ["email_otp"],
        defaultFactor: "email_otp",
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.text + JSON.stringify([...answer.headers])).not.toMatch(/eyJ|[\w-]{43}/);
    }
    // The earlier sign-in of the browser is the only session.
    expect(await countSessions(email)).toBe(1);
  });

  it("returns the same data as /login for a correct code, with the amr pwd and otp in the token", async () => {
    const { email } = await registerVerifiedUser(plain);
    const withoutOtp = (await plain.post("/login", { email, password: PASSWORD })).body;
    const { challengeId, code } = await startSecondFactor(always, email);
    const answer = await verifyCode(always, challengeId, code);
    expect([answer.status, answer.body.message]).toEqual([200, withoutOtp.message]);
    expect(Object.keys(answer.body.data).sort()).toEqual(Object.keys(withoutOtp.data).sort());
    expect(answer.body.data.user).toEqual(withoutOtp.data.user);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(decodeJwt(withoutOtp.data.token).amr).toEqual(["pwd"]);
    expect(decodeJwt(answer.body.data.token).amr).toEqual(["pwd", "otp", "mfa"]);
    const { refreshToken } = answer.body.data;
    const refreshed = await always.post("/refresh", { refreshToken });
    expect(decodeJwt(refreshed.body.data.token).amr).toEqual(["pwd", "otp", "mfa"]);
    expect((await always.get("/me", refreshed.body.data.token)).body.data.email).toBe(email);
  });

  describe("refuses", () => {
    const expectRefused = async (service: Service, challengeId: string, code: string) => {
      const answer = await verifyCode(service, challengeId, code);
      expect([answer.status, answer.body.error?.code, answer.body.data]).toEqual([
        400,
        "code_invalid",
        undefined,
      ]);
    };

    it("refuses the challenge id and the code in place of every other credential", async () => {
      const { email } = await registerVerifiedUser(always);
      const { challengeId, code } = await startSecondFactor(always, email);
      const newDevicesOnly = start("new_device");
      for (const secret of [challengeId, code]) {
        const cookie = { Cookie: `__Host-gh_access=${secret}; __Host-gh_refresh=${secret}` };
        const asDevice = { email, password: PASSWORD, deviceToken: secret };
        const answers = [
          await always.get("/me", secret),
          await always.call("GET", "/api/auth/me", undefined, undefined, cookie),
          await always.post("/logout", undefined, secret),
          await always.post("/refresh", { refreshToken: secret }),
          await always.call("POST", "/api/auth/refresh", undefined, undefined, cookie),
          await always.get(`/reset-password?token=${secret}`),
          await always.post("/verify-email", { token: secret }),
          await always.post("/reset-password", { token: secret, newPassword: "another quiet harbour" }),
          await always.post("/login", { email, password: secret }),
        ];
        expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 403, 400, 400, 400, 401]);
        expect((await newDevicesOnly.post("/login", asDevice)).body.data.otpRequired).toBe(true);
      }
      expect(await countSessions(email)).toBe(0);
    });

    it("refuses the challenge of an earlier sign-in", async () => {
      const { email } = await registerVerifiedUser(always);
      const first = await startSecondFactor(always, email);
      const second = await startSecondFactor(always, email);
      await expectRefused(always, first.challengeId, first.code);
      expect((await verifyCode(always, second.challengeId, second.code)).status).toBe(200);
    });

    type Change = (email: string, token: string) => Promise<unknown>;
    const newPassword = "another quiet harbour";
    const changes: [string, Change][] = [
      [
        "a password change",
        (_, token) => plain.post("/me/password", { currentPassword: PASSWORD, newPassword }, token),
      ],
      ["a deactivation", (_, token) => plain.post("/me/deactivate", { password: PASSWORD }, token)],
      [
        "a password reset",
        async (email) => {
          await plain.post("/forgot-password", { email });
          return plain.post("/reset-password", { token: await tokenMailedTo(plain, email), newPassword });
        },
      ],
      [
        "an email change, because the owner of the new address did not receive it",
        async (_, token) => {
          const newEmail = newAddress();
          await plain.post("/me/email", { newEmail, password: PASSWORD }, token);
          return plain.post("/verify-email", { token: await tokenMailedTo(plain, newEmail) });
        },
      ],
    ];
    it.each(changes)("refuses a correct code after %s", async (_name, change) => {
      const { email, token } = await registerAndLogIn(plain);
      const { challengeId, code } = await startSecondFactor(always, email);
      expect(await change(email, token)).toMatchObject({ status: 200 });
      await expectRefused(always, challengeId, code);
    });
  });
});

describe("POST /me/otp", () => {
  it("switches the second factor on and off, and mails the owner a notice each time", async () => {
    const { email, token } = await registerAndLogIn(plain);
    const before = (await subjectsTo(plain, email)).length;
    for (const [enabled, subject] of [
      [true, "Codes by mail are on for Gatehouse"],
      [false, "Codes by mail are off for Gatehouse"],
    ] as const) {
      expect((await setSecondFactor(token, enabled)).body.data).toEqual({ enabled });
      expect((await subjectsTo(plain, email))[0]).toBe(subject);
      const login = await plain.post("/login", { email, password: PASSWORD });
      expect(login.body.data.otpRequired === true).toBe(enabled);
    }
    // Two notices of the change, one code, and one new device notice.
    expect((await subjectsTo(plain, email)).length).toBe(before + 4);
  });

  it("changes nothing and sends no mail if the second factor already has that value", async () => {
    const { token } = await registerAndLogIn(plain);
    await setSecondFactor(token, true);
    const { outbox, audit_events } = await readAllRows();
    const answer = await setSecondFactor(token, true);
    expect([answer.status, answer.body.data]).toEqual([200, { enabled: true }]);
    const after = await readAllRows();
    expect([after.outbox, after.audit_events]).toEqual([outbox, audit_events]);
  });

  it("refuses a request without the correct password and keeps the setting", async () => {
    const { email, token } = await registerAndLogIn(plain);
    await setSecondFactor(token, true);
    const { accounts } = await readAllRows();
    const wrong = await setSecondFactor(token, false, "not the password");
    expect([wrong.status, wrong.body.error?.code]).toEqual([401, "invalid_credentials"]);
    expect((await plain.post("/me/otp", { enabled: false }, token)).status).toBe(400);
    expect((await plain.post("/me/otp", { enabled: false, password: PASSWORD })).status).toBe(401);
    expect((await readAllRows()).accounts).toEqual(accounts);
    expect((await startSecondFactor(plain, email)).code).toMatch(/^\d{6}$/);
  });
});
