import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { signedInBrowser } from "../../../support/browser.ts";
import { challengeOf } from "../../../support/second-factor.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { allRows, sessionsOf } from "../../../support/tables.ts";
import {
  mailTo,
  member,
  newAddress,
  PASSWORD,
  signedInMember,
  tokenMailedTo,
} from "../../../support/users.ts";

const START = Date.now();
const start = (LOGIN_OTP: string) => startService({ env: { LOGIN_OTP }, clock: createTestClock(START) });
const plain = start("off");
const always = start("always");

const finish = (service: Service, challengeId: string, code: string) =>
  service.post("/login/otp", { challengeId, code });

const choose = (token: string, enabled: boolean, password = PASSWORD) =>
  plain.post("/me/otp", { enabled, password }, token);

const subjectsTo = async (email: string) => (await mailTo(plain, email)).map((mail) => mail.subject);

describe("a second step", () => {
  it.each([
    ["off", "did not choose it", "a stranger", false],
    ["off", "chose it", "a stranger", true],
    ["off", "chose it", "a known device", true],
    ["new_device", "did not choose it", "a stranger", true],
    ["new_device", "did not choose it", "a known device", false],
    ["new_device", "chose it", "a known device", true],
    ["always", "did not choose it", "a stranger", true],
    ["always", "did not choose it", "a known device", true],
  ])("under LOGIN_OTP=%s, of somebody who %s, on %s, is due: %s", async (LOGIN_OTP, choice, device, due) => {
    const { email } = await member(plain);
    const { token, deviceToken } = (await plain.post("/login", { email, password: PASSWORD })).body.data;
    if (choice === "chose it") await choose(token, true);
    const known = device === "a known device" ? { deviceToken } : {};
    const service = start(LOGIN_OTP);
    const answer = await service.post("/login", { email, password: PASSWORD, ...known });
    expect([answer.status, answer.body.data.otpRequired === true]).toEqual([200, due]);
    expect(typeof answer.body.data.token).toBe(due ? "undefined" : "string");
  });

  it("gives a challenge that lasts 600 seconds, and no token of any kind by either transport", async () => {
    const { email } = await member(always);
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
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.text + JSON.stringify([...answer.headers])).not.toMatch(/eyJ|[\w-]{43}/);
    }
    // The browser's own sign-in is the only session that there is.
    expect(await sessionsOf(email)).toBe(1);
  });

  it("gives what /login gives for the right code, and says pwd and otp in the token", async () => {
    const { email } = await member(plain);
    const usual = (await plain.post("/login", { email, password: PASSWORD })).body;
    const { challengeId, code } = await challengeOf(always, email);
    const answer = await finish(always, challengeId, code);
    expect([answer.status, answer.body.message]).toEqual([200, usual.message]);
    expect(Object.keys(answer.body.data).sort()).toEqual(Object.keys(usual.data).sort());
    expect(answer.body.data.user).toEqual(usual.data.user);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(decodeJwt(usual.data.token).amr).toEqual(["pwd"]);
    expect(decodeJwt(answer.body.data.token).amr).toEqual(["pwd", "otp"]);
    const { refreshToken } = answer.body.data;
    const renewed = await always.post("/refresh", { refreshToken });
    expect(decodeJwt(renewed.body.data.token).amr).toEqual(["pwd", "otp"]);
    expect((await always.get("/me", renewed.body.data.token)).body.data.email).toBe(email);
  });

  describe("refuses", () => {
    const refused = async (service: Service, challengeId: string, code: string) => {
      const answer = await finish(service, challengeId, code);
      expect([answer.status, answer.body.error?.code, answer.body.data]).toEqual([
        400,
        "code_invalid",
        undefined,
      ]);
    };

    it("the challenge's id and its code wherever something else is asked for", async () => {
      const { email } = await member(always);
      const { challengeId, code } = await challengeOf(always, email);
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
      expect(await sessionsOf(email)).toBe(0);
    });

    it("the challenge of an earlier sign-in", async () => {
      const { email } = await member(always);
      const first = await challengeOf(always, email);
      const second = await challengeOf(always, email);
      await refused(always, first.challengeId, first.code);
      expect((await finish(always, second.challengeId, second.code)).status).toBe(200);
    });

    type Change = (email: string, token: string) => Promise<unknown>;
    const newPassword = "another quiet harbour";
    const changes: [string, Change][] = [
      [
        "changes the password",
        (_, token) => plain.post("/me/password", { currentPassword: PASSWORD, newPassword }, token),
      ],
      ["deactivates the account", (_, token) => plain.post("/me/deactivate", { password: PASSWORD }, token)],
      [
        "resets the password",
        async (email) => {
          await plain.post("/forgot-password", { email });
          return plain.post("/reset-password", { token: await tokenMailedTo(plain, email), newPassword });
        },
      ],
      [
        "moves to another address, whose owner did not get the code",
        async (_, token) => {
          const newEmail = newAddress();
          await plain.post("/me/email", { newEmail, password: PASSWORD }, token);
          return plain.post("/verify-email", { token: await tokenMailedTo(plain, newEmail) });
        },
      ],
    ];
    it.each(changes)("the right code once its owner %s", async (_name, change) => {
      const { email, token } = await signedInMember(plain);
      const { challengeId, code } = await challengeOf(always, email);
      expect(await change(email, token)).toMatchObject({ status: 200 });
      await refused(always, challengeId, code);
    });
  });
});

describe("POST /me/otp", () => {
  it("turns the second step on and off again, and tells the owner each time", async () => {
    const { email, token } = await signedInMember(plain);
    const before = (await subjectsTo(email)).length;
    for (const [enabled, subject] of [
      [true, "Codes by mail are on for Gatehouse"],
      [false, "Codes by mail are off for Gatehouse"],
    ] as const) {
      expect((await choose(token, enabled)).body.data).toEqual({ enabled });
      expect((await subjectsTo(email))[0]).toBe(subject);
      const login = await plain.post("/login", { email, password: PASSWORD });
      expect(login.body.data.otpRequired === true).toBe(enabled);
    }
    // The two notices, the code, and the notice of a second device.
    expect((await subjectsTo(email)).length).toBe(before + 4);
  });

  it("changes nothing when it chooses what is: no mail, no audit event", async () => {
    const { token } = await signedInMember(plain);
    await choose(token, true);
    const { outbox, audit_events } = await allRows();
    const answer = await choose(token, true);
    expect([answer.status, answer.body.data]).toEqual([200, { enabled: true }]);
    const after = await allRows();
    expect([after.outbox, after.audit_events]).toEqual([outbox, audit_events]);
  });

  it("refuses without the password, and leaves the choice as it was", async () => {
    const { email, token } = await signedInMember(plain);
    await choose(token, true);
    const { accounts } = await allRows();
    const wrong = await choose(token, false, "not the password");
    expect([wrong.status, wrong.body.error?.code]).toEqual([401, "invalid_credentials"]);
    expect((await plain.post("/me/otp", { enabled: false }, token)).status).toBe(400);
    expect((await plain.post("/me/otp", { enabled: false, password: PASSWORD })).status).toBe(401);
    expect((await allRows()).accounts).toEqual(accounts);
    expect((await challengeOf(plain, email)).code).toMatch(/^\d{6}$/);
  });
});
