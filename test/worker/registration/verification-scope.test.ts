import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../support/browser.ts";
import { newApp, signInToApp } from "../../support/client-app.ts";
import { errorOf, refresh } from "../../support/oauth.ts";
import { startService } from "../../support/service.ts";
import { idTokenOf, signInWithBrowser } from "../../support/social/browser-flow.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import {
  newAddress,
  register,
  registerVerifiedUser,
  signedInAs,
  subjectsTo,
  tokenMailedTo,
} from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

const resetLinkOf = async (email: string) => {
  service.clock.advance(1000);
  await service.post("/forgot-password", { email });
  return tokenMailedTo(service, email);
};
const resetLinkWorks = async (token: string) =>
  (await service.get(`/reset-password?token=${token}`)).status === 200;
const verify = async (email: string) =>
  expect(await service.post("/verify-email", { token: await tokenMailedTo(service, email) })).toMatchObject({
    status: 200,
  });

const CHOOSE = "Choose a new password for Gatehouse";
const REMOVED = "Earlier access to your account at Gatehouse was removed";

/** A user whose address Google only implied, with a session and a mailed verification link. */
async function impliedUser() {
  const user = socialUser({ hd: null });
  const answer = await service.post("/social/google/token", { idToken: await idTokenOf("google", user) });
  expect(answer.status).toBe(200);
  await service.post("/verify-email/resend", { email: user.email });
  return { email: user.email, token: answer.body.data.token as string };
}

/** An unverified account that two registrations with different passwords leave without a password. */
async function contestedAddress() {
  const { email } = await register(service);
  await register(service, email, { password: "the words of another" });
  return email;
}

describe("the verification of an address", () => {
  it("takes no access from another user whose address is only implied", async () => {
    const other = await impliedUser();
    const { email } = await impliedUser();
    await verify(email);
    expect(await subjectsTo(service, email)).toContain(REMOVED);
    const { data } = (await service.get("/me", other.token)).body;
    expect(data).toMatchObject({ email: other.email, isVerified: false });
    expect(await subjectsTo(service, other.email)).not.toContain(REMOVED);
    await verify(other.email);
  });

  it("takes nothing from a registered user while another user's address is only implied", async () => {
    await impliedUser();
    const { email } = await register(service);
    const verification = await tokenMailedTo(service, email);
    const reset = await resetLinkOf(email);
    expect((await service.post("/verify-email", { token: verification })).status).toBe(200);
    expect(await resetLinkWorks(reset)).toBe(true);
  });

  it("asks no user with a password to choose one, nor another user without one", async () => {
    const invited = newAddress();
    const admin = await signedInAs(service, "admin");
    expect((await service.post("/users", { email: invited, name: "Grace" }, admin.token)).status).toBe(201);
    const { email } = await register(service);
    await verify(email);
    expect(await subjectsTo(service, email)).not.toContain(CHOOSE);
    expect(await subjectsTo(service, invited)).not.toContain(CHOOSE);
  });

  it("asks a user without a password to choose one while another user signs in by a provider", async () => {
    await impliedUser();
    const email = await contestedAddress();
    await verify(email);
    expect((await subjectsTo(service, email))[0]).toBe(CHOOSE);
  });

  it("leaves the user's three newest reset links valid, and those of other users", async () => {
    const { email: other } = await registerVerifiedUser(service);
    const others = [await resetLinkOf(other)];
    const email = await contestedAddress();
    const verification = await tokenMailedTo(service, email);
    const own = [];
    for (let count = 0; count < 3; count += 1) own.push(await resetLinkOf(email));
    service.clock.advance(1000);
    expect((await service.post("/verify-email", { token: verification })).status).toBe(200);
    own.push(await tokenMailedTo(service, email));
    expect(await Promise.all(own.map(resetLinkWorks))).toEqual([false, true, true, true]);
    expect(await Promise.all(others.map(resetLinkWorks))).toEqual([true]);
  });
});

describe("the verification of an implied address", () => {
  it("mails no notice of removed access to a user without a sign-in method to remove", async () => {
    const { email } = await impliedUser();
    const identities = "DELETE FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    await env.DB.prepare(identities).bind(email).run();
    await verify(email);
    expect(await subjectsTo(service, email)).not.toContain(REMOVED);
  });

  it("ends the session of an app, also if its refresh token comes with the link", async () => {
    const user = socialUser({ hd: null });
    const browser = openBrowser(service);
    await signInWithBrowser(browser, "google", user);
    const app = await newApp(service);
    const held = browser.jar.get("__Host-gh_refresh") ?? "";
    const { refresh_token: refreshToken } = await signInToApp(service, app, held);
    await service.post("/verify-email/resend", { email: user.email });
    const link = { token: await tokenMailedTo(service, user.email) };
    const cookie = { Cookie: `__Host-gh_refresh=${refreshToken}` };
    expect((await service.call("POST", "/api/auth/verify-email", link, undefined, cookie)).status).toBe(200);
    expect(errorOf(await refresh(service, app, refreshToken))).toBe("invalid_grant");
  });
});
