import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import {
  enterEmailCode,
  requestChallenge,
  requestEmailCode,
  signInByCode,
} from "../../../support/email-codes.ts";
import { mailedCodeTo, wrongCode } from "../../../support/one-time-codes.ts";
import { HOUR, MINUTE } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
  subjectsTo,
  usersApiAs,
} from "../../../support/users.ts";

const LIMITED = { RATE_LIMITS: "", BURST: undefined };
const service = startService();
/** With the send limits. Limits by client are high enough for the test. */
const limited = startService({ clock: service.clock, env: LIMITED });

const accountOf = (email: string) =>
  env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first<Record<string, unknown>>();

const eventsOf = async (email: string): Promise<string[]> => {
  const query = "SELECT type FROM audit_events WHERE account_id = ? ORDER BY at, rowid";
  const { results } = await env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ type: string }>();
  return results.map(({ type }) => type);
};

describe("a verified account", () => {
  it("signs in by the mailed code, with what /login gives and amr otp", async () => {
    const { email } = await registerVerifiedUser(service);
    const byPassword = await service.post("/login", { email, password: PASSWORD });
    const answer = await signInByCode(service, email);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body.data)).toEqual(Object.keys(byPassword.body.data));
    expect(decodeJwt(answer.body.data.token)).toMatchObject({
      sub: await accountIdOf(email),
      amr: ["otp"],
      acr: "urn:gatehouse:acr:1fa",
    });
    expect((await service.get("/me", answer.body.data.token)).status).toBe(200);
  });

  it("sets cookies if the client asks for them", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openBrowser(service);
    const challenge = await requestEmailCode(service, email);
    const body = { ...challenge, transport: "cookie" };
    expect((await service.post("/login/email-code/verify", body)).body.error?.code).toBe("csrf_failed");
    const answer = await browser.write("POST", "/login/email-code/verify", body);
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie().join()).toContain("__Host-gh_access=");
    expect(answer.body.data).not.toHaveProperty("token");
  });

  it("gets no notice of a sign-in on a device that is known", async () => {
    const { email } = await registerVerifiedUser(service);
    const { deviceToken } = (await signInByCode(service, email)).body.data;
    service.clock.advance(2 * MINUTE);
    const again = await enterEmailCode(service, await requestEmailCode(service, email), { deviceToken });
    expect(again.status).toBe(200);
    expect(await subjectsTo(service, email)).not.toContain("New sign-in to Gatehouse");
  });

  it("keeps its password", async () => {
    const { email } = await registerVerifiedUser(service);
    await signInByCode(service, email);
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
  });
});

describe("a code", () => {
  it("is refused a second time, and after ten minutes", async () => {
    const { email } = await registerVerifiedUser(service);
    const used = await requestEmailCode(service, email);
    expect((await enterEmailCode(service, used)).status).toBe(200);
    expect((await enterEmailCode(service, used)).body.error?.code).toBe("code_invalid");
    service.clock.advance(2 * MINUTE);
    const late = await requestEmailCode(service, email);
    service.clock.advance(10 * MINUTE);
    expect((await enterEmailCode(service, late)).body.error?.code).toBe("code_invalid");
  });

  it("is refused for another challenge, of the same address and of another one", async () => {
    const { email } = await registerVerifiedUser(service);
    const { email: other } = await registerVerifiedUser(service);
    const first = await requestEmailCode(service, email);
    service.clock.advance(2 * MINUTE);
    const second = await requestEmailCode(service, email);
    const foreign = await requestEmailCode(service, other);
    for (const challengeId of [second.challengeId, foreign.challengeId]) {
      if (first.code === second.code || first.code === foreign.code) continue;
      expect((await enterEmailCode(service, { challengeId, code: first.code })).status).toBe(400);
    }
    expect((await enterEmailCode(service, first)).status).toBe(200);
  });

  it("is no second factor and no confirmation", async () => {
    const { email, token } = await registerAndLogIn(service);
    const { challengeId, code } = await requestEmailCode(service, email);
    for (const id of [challengeId, challengeId.split(".")[0]]) {
      const refused = await service.post("/login/otp", { challengeId: id, code });
      expect([400, 401]).toContain(refused.status);
      const other = await service.post("/me/reauthenticate/otp", { challengeId: id, code }, token);
      expect([400, 401]).toContain(other.status);
    }
  });

  it("is refused with the sealed address of another challenge", async () => {
    const { email } = await registerVerifiedUser(service);
    const { email: other } = await registerVerifiedUser(service);
    const { challengeId, code } = await requestEmailCode(service, email);
    const foreign = await requestChallenge(service, other);
    const [id] = challengeId.split(".");
    const forged = `${id}${foreign.slice(foreign.indexOf("."))}`;
    expect((await enterEmailCode(service, { challengeId: forged, code })).status).toBe(400);
  });

  it("is void after a new one has been sent for the challenge", async () => {
    const { email } = await registerVerifiedUser(limited);
    const first = await requestEmailCode(limited, email);
    const { challengeId } = first;
    await limited.post("/login/email-code/resend", { challengeId });
    // Within a minute there is no new code, and the first one stays valid.
    expect(await mailTo(limited, email)).toHaveLength(1);
    limited.clock.advance(61_000);
    await limited.post("/login/email-code/resend", { challengeId });
    const code = await mailedCodeTo(limited, email);
    expect(await mailTo(limited, email)).toHaveLength(2);
    if (code !== first.code) expect((await enterEmailCode(limited, first)).status).toBe(400);
    expect((await enterEmailCode(limited, { challengeId, code })).status).toBe(200);
  });

  it("has five tries again after a new one has been sent", async () => {
    const { email } = await registerVerifiedUser(service);
    const { challengeId, code } = await requestEmailCode(service, email);
    for (let tries = 0; tries < 5; tries += 1)
      await enterEmailCode(service, { challengeId, code: wrongCode(code) });
    expect((await enterEmailCode(service, { challengeId, code })).status).toBe(400);
    service.clock.advance(61_000);
    await service.post("/login/email-code/resend", { challengeId });
    const next = await mailedCodeTo(service, email);
    expect((await enterEmailCode(service, { challengeId, code: next })).status).toBe(200);
  });

  it("is sent once a minute and five times an hour to an address with and without an account", async () => {
    for (const email of [(await registerVerifiedUser(limited)).email, newAddress()]) {
      for (let minute = 0; minute < 8; minute += 1) {
        await requestChallenge(limited, email);
        await requestChallenge(limited, email);
        limited.clock.advance(61_000);
      }
      expect(await mailTo(limited, email)).toHaveLength(5);
      limited.clock.advance(HOUR);
      await requestChallenge(limited, email);
      expect(await mailTo(limited, email)).toHaveLength(6);
    }
  });
});

describe("an address without an account", () => {
  it("gets an account with its code, and none before", async () => {
    const email = newAddress();
    const challenge = await requestEmailCode(service, email);
    expect(await accountOf(email)).toBeNull();
    expect((await enterEmailCode(service, { ...challenge, code: wrongCode(challenge.code) })).status).toBe(
      400,
    );
    expect(await accountOf(email)).toBeNull();
    const answer = await enterEmailCode(service, challenge);
    expect(answer.body.data.user).toMatchObject({ email, name: email.split("@")[0], isVerified: true });
    expect(await accountOf(email)).toMatchObject({ password_hash: null, role: "user", status: "active" });
    expect(await eventsOf(email)).toEqual(["account_registered", "signed_in"]);
  });

  it("has the language of its request", async () => {
    const email = newAddress();
    const headers = { "Accept-Language": "de" };
    await service.call("POST", "/api/auth/login/email-code", { email }, undefined, headers);
    expect(await subjectsTo(service, email)).toEqual(["Ihr Code für Gatehouse"]);
  });

  it.each([
    ["sign-up is closed", { SIGN_UP: "closed" }],
    ["only invited users may sign up", { SIGN_UP: "invited" }],
    ["its domain may not sign up", { SIGN_UP_DOMAINS: "acme.test" }],
  ])("gets no mail and no account if %s", async (_reason, variables) => {
    const closed = startService({ env: variables });
    const email = newAddress();
    const challengeId = await requestChallenge(closed, email);
    expect(await mailTo(closed, email)).toEqual([]);
    expect((await enterEmailCode(closed, { challengeId, code: "000000" })).status).toBe(400);
    expect(await accountOf(email)).toBeNull();
    const { email: known } = await registerVerifiedUser(closed);
    expect((await signInByCode(closed, known)).status).toBe(200);
  });

  it("gets no account by a code from before sign-up was closed", async () => {
    const email = newAddress();
    const challenge = await requestEmailCode(service, email);
    const closed = startService({ clock: service.clock, env: { SIGN_UP: "closed" } });
    expect((await enterEmailCode(closed, challenge)).body.error?.code).toBe("code_invalid");
    expect(await accountOf(email)).toBeNull();
  });
});

describe("an unverified registration", () => {
  it("becomes verified, without the password, profile and links of the registrant", async () => {
    const { email } = await register(service, newAddress(), { name: "Mallory", lastName: "Foe", age: 30 });
    const [link] = await mailTo(service, email);
    const token = /token=([\w-]+)/.exec(link?.text ?? "")?.[1];
    const answer = await signInByCode(service, email);
    expect(answer.status).toBe(200);
    expect(answer.body.data.user).toMatchObject({ name: email.split("@")[0], isVerified: true });
    expect(await accountOf(email)).toMatchObject({ password_hash: null, last_name: null, age: null });
    expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(401);
    expect((await service.post("/verify-email", { token })).status).toBe(400);
    expect(await eventsOf(email)).toEqual([
      "account_registered",
      "email_verified",
      "signed_in",
      "sign_in_failed",
    ]);
  });

  it("is not verified by a wrong code", async () => {
    const { email } = await register(service);
    const { challengeId, code } = await requestEmailCode(service, email);
    await enterEmailCode(service, { challengeId, code: wrongCode(code) });
    expect(await accountOf(email)).toMatchObject({ email_verified_at: null });
  });
});

describe("an account that a code must not open", () => {
  it("gets a notice and no code while it is deactivated", async () => {
    const { email, token } = await registerAndLogIn(service);
    const before = await requestEmailCode(service, email);
    await service.post("/me/deactivate", { password: PASSWORD }, token);
    expect((await enterEmailCode(service, before)).body.error?.code).toBe("account_deactivated");
    service.clock.advance(2 * MINUTE);
    const mails = (await mailTo(service, email)).length;
    await requestChallenge(service, email);
    const [notice, ...others] = await mailTo(service, email);
    expect(others).toHaveLength(mails);
    expect(notice?.subject).toBe("Your account at Gatehouse is deactivated");
    expect(notice?.text).not.toMatch(/\b\d{6}\b/);
  });

  it("gets no code while its invitation is open", async () => {
    const superuser = await signedInAs(service, "superuser");
    const email = newAddress();
    await usersApiAs(service, superuser).call("POST", "", { email, name: "Grace", role: "admin" });
    await requestChallenge(service, email);
    expect(await subjectsTo(service, email)).toEqual(["You are invited to Gatehouse"]);
  });

  it("gets no code if it is unverified and has a role above user", async () => {
    const { email } = await register(service);
    await env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE email = ?").bind(email).run();
    await requestChallenge(service, email);
    expect(await mailTo(service, email)).toHaveLength(1);
  });
});

it("sign-in by email code is off by default", async () => {
  const off = startService({ env: { SIGN_IN_METHODS: "" } });
  const { challengeId, code } = await requestEmailCode(service, (await registerVerifiedUser(service)).email);
  for (const [path, body] of [
    ["/login/email-code", { email: newAddress() }],
    ["/login/email-code/resend", { challengeId }],
    ["/login/email-code/verify", { challengeId, code }],
  ] as const) {
    expect((await off.post(path, body)).body.error?.code).toBe("not_found");
  }
});
