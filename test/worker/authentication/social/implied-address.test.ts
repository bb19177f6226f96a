import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf, signInWithBrowser } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, newAddress, PASSWORD, register, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
type User = ReturnType<typeof socialUser>;

/** A token sign-in at Google. Without `hd`, Google only implies the address. */
const google = async (user: User) =>
  service.post("/social/google/token", { idToken: await idTokenOf("google", user) });
const facebook = async (user: User) =>
  service.post("/social/facebook/token", { accessToken: await providers.tokenOf(user) });

/** An attacker with an account that a provider only implied to have the address. */
async function attackerWith(email: string) {
  const user = socialUser({ email, hd: null, name: "Mallory" });
  const answer = await google(user);
  expect(answer.status).toBe(200);
  const { token, refreshToken, deviceToken } = answer.body.data;
  return { user, token, refreshToken, deviceToken, id: answer.body.data.user.id as string };
}

const accountOf = (id: string) =>
  env.DB.prepare("SELECT * FROM accounts WHERE id = ?").bind(id).first<Record<string, unknown>>();
const providersOf = async (id: string) => {
  const query = "SELECT provider FROM identities WHERE account_id = ? ORDER BY provider";
  const rows = await env.DB.prepare(query).bind(id).all<{ provider: string }>();
  return rows.results.map(({ provider }) => provider);
};
const eventsOf = async (id: string) => {
  const query = "SELECT type FROM audit_events WHERE account_id = ?";
  return (await env.DB.prepare(query).bind(id).all<{ type: string }>()).results.map(({ type }) => type);
};

async function expectLockedOut(attacker: Awaited<ReturnType<typeof attackerWith>>) {
  expectErrorResponse(await service.get("/me", attacker.token), 401, "unauthorized");
  const { refreshToken } = attacker;
  expectErrorResponse(await service.post("/refresh", { refreshToken }), 401, "refresh_invalid");
  expectErrorResponse(await google(attacker.user), 409, "conflict");
}

describe("an address that a provider only implies", () => {
  it("is not verified in the response, the access token and the profile", async () => {
    const { body } = await google(socialUser({ hd: null }));
    expect(body.data.user.isVerified).toBe(false);
    expect(decodeJwt(body.data.token).email_verified).toBe(false);
    expect((await service.get("/me", body.data.token)).body.data.isVerified).toBe(false);
    const refreshed = await service.post("/refresh", { refreshToken: body.data.refreshToken });
    expect(decodeJwt(refreshed.body.data.token).email_verified).toBe(false);
  });

  it("is not verified for another Worker over RPC, from the token and from the database", async () => {
    const { call } = createRpcCaller(service);
    const { token, user } = (await google(socialUser({ hd: null }))).body.data;
    for (const strict of [false, true]) {
      const verified = await call("verifyToken", token, { strict });
      expect(verified).toMatchObject({ ok: true, session: { emailVerified: false } });
    }
    expect(await call("getUser", user.id)).toMatchObject({ user: { isVerified: false } });
  });

  it("is not verified by another sign-in of its identity", async () => {
    const user = socialUser({ hd: null });
    await google(user);
    expect((await google(user)).body.data.user.isVerified).toBe(false);
  });

  it("gives a registration with the address no password of the account, and tells the owner", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    expect((await register(service, email)).answer.status).toBe(201);
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      401,
      "invalid_credentials",
    );
    expect((await accountOf(attacker.id))?.name).toBe("Mallory");
    expect((await mailTo(service, email))[0]?.subject).toBe("You already have an account at Gatehouse");
  });
});

describe("the owner of an implied address", () => {
  // Finding 2 of the audit.
  it("gets the account by a provider that verifies the address, without the attacker's identity, sessions, links, codes and phone number", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    await service.post("/forgot-password", { email });
    const resetToken = await tokenMailedTo(service, email);
    const phone = "UPDATE accounts SET phone = '+14155550123', phone_verified_at = 1 WHERE id = ?";
    await env.DB.prepare(phone).bind(attacker.id).run();

    const browser = openBrowser(service);
    expect((await signInWithBrowser(browser, "oidc", socialUser({ email }))).status).toBe(302);
    const me = (await browser.send("GET", "/me")).body.data;
    expect(me).toMatchObject({ id: attacker.id, email, isVerified: true, phone: null });
    await expectLockedOut(attacker);
    const reset = { token: resetToken, newPassword: PASSWORD };
    expectErrorResponse(await service.post("/reset-password", reset), 400, "token_invalid");
    expect(await providersOf(attacker.id)).toEqual(["oidc"]);
    expect(await eventsOf(attacker.id)).toEqual(
      expect.arrayContaining(["email_verified", "identity_removed", "identity_linked", "phone_removed"]),
    );
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("Earlier access to your account at Gatehouse was removed");
  });

  it("gets the account although the attacker's identity is of the same provider", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    const answer = await google(socialUser({ email }));
    expect(answer.body.data.user).toMatchObject({ id: attacker.id, isVerified: true });
    expect(await providersOf(attacker.id)).toEqual(["google"]);
    await expectLockedOut(attacker);
  });

  it("gets the account once by eight concurrent sign-ins", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    const accessToken = await providers.tokenOf(socialUser({ email }));
    const answers = await inParallel(8, () => service.post("/social/github/token", { accessToken }));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await providersOf(attacker.id)).toEqual(["github"]);
    await expectLockedOut(attacker);
    for (const { body } of answers) expect((await service.get("/me", body.data.token)).status).toBe(200);
  });

  it("gets the account by a mailed verification link, without the attacker's access, and chooses a password", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    await service.post("/verify-email/resend", { email });
    const token = await tokenMailedTo(service, email);
    expect((await service.post("/verify-email", { token })).status).toBe(200);
    await expectLockedOut(attacker);
    expect(await providersOf(attacker.id)).toEqual([]);
    const newPassword = "the password of the owner";
    await service.post("/reset-password", { token: await tokenMailedTo(service, email), newPassword });
    const login = await service.post("/login", { email, password: newPassword });
    expect(login.body.data.user).toMatchObject({ id: attacker.id, isVerified: true });
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("Earlier access to your account at Gatehouse was removed");
  });

  it("gets the account by a password reset, without the attacker's access", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    const phone = "UPDATE accounts SET phone = '+14155550124', phone_verified_at = 1 WHERE id = ?";
    await env.DB.prepare(phone).bind(attacker.id).run();
    await service.post("/forgot-password", { email });
    const token = await tokenMailedTo(service, email);
    await service.post("/reset-password", { token, newPassword: PASSWORD });
    await expectLockedOut(attacker);
    expect(await accountOf(attacker.id)).toMatchObject({ phone: null, phone_verified_at: null });
    expect(await eventsOf(attacker.id)).toContain("phone_removed");
    const login = await service.post("/login", { email, password: PASSWORD });
    expect(login.body.data.user.isVerified).toBe(true);
  });

  it("keeps identity and session by using the verification link while signed in", async () => {
    const user = socialUser();
    const { body } = await facebook(user);
    await service.post("/verify-email/resend", { email: user.email });
    const token = await tokenMailedTo(service, user.email);
    expect((await service.post("/verify-email", { token }, body.data.token)).status).toBe(200);
    expect((await service.get("/me", body.data.token)).body.data.isVerified).toBe(true);
    expect((await facebook(user)).body.data.user).toMatchObject({ isVerified: true });
    // An account with an identity needs no password.
    const subjects = (await mailTo(service, user.email)).map(({ subject }) => subject);
    expect(subjects).not.toContain("Choose a new password for Gatehouse");
    expect(subjects).not.toContain("Earlier access to your account at Gatehouse was removed");
  });

  it("keeps nothing of the attacker by using the link in a session of another account or in an ended one", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    const other = (await facebook(socialUser())).body.data.token;
    await service.post("/verify-email/resend", { email });
    const token = await tokenMailedTo(service, email);
    expect((await service.post("/verify-email", { token }, other)).status).toBe(200);
    await expectLockedOut(attacker);

    const second = await attackerWith(newAddress());
    await service.post("/logout-all", {}, second.token);
    await service.post("/verify-email/resend", { email: second.user.email });
    const link = await tokenMailedTo(service, second.user.email);
    await service.post("/verify-email", { token: link }, second.token);
    await expectLockedOut(second);
  });
});
