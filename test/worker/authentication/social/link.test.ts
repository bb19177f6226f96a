import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { openBrowser, signedInBrowser } from "../../../support/browser.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { resourceList } from "../../../support/resources.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  mailTo,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const providers = openProviders();
const variables = { ...providers.variables, RESOURCES: resourceList("notes") };
const service = startService({ env: variables });

const tokenOf = async (user = socialUser()) => ({ accessToken: await providers.tokenOf(user) });
const list = async (token: string): Promise<{ provider: string }[]> =>
  (await service.get("/me/identities", token)).body.data;
const linkedTo = async (email: string, db = env.DB) =>
  db
    .prepare(
      "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
    .bind(email)
    .first<number>("n");

/** A user without a password who has just signed in at GitHub. */
async function withoutPassword() {
  const user = socialUser();
  const { data } = (await service.post("/social/github/token", await tokenOf(user))).body;
  return { user, token: data.token as string };
}

describe("POST /me/identities/:provider", () => {
  it("links an identity with the password, signs in with it and notifies the owner", async () => {
    const { email, token } = await registerAndLogIn(service);
    const own = await tokenOf(socialUser({ verified: false }));
    const answer = await linkToken(service, "github", { ...own, password: PASSWORD }, token);
    expect([answer.status, answer.body.message]).toEqual([200, "It signs you in from now on."]);
    expect(answer.body.data).toBeUndefined();
    expect(await list(token)).toMatchObject([{ provider: "github", name: "GitHub" }]);
    expect((await mailTo(service, email))[0]?.subject).toBe("GitHub now signs you in to Gatehouse");
    expect((await service.post("/social/github/token", own)).body.data.user.email).toBe(email);
  });

  it("links an identity shortly after the sign-in if there is no password", async () => {
    const { token } = await withoutPassword();
    const idToken = await idTokenOf("google", socialUser());
    expect((await linkToken(service, "google", { idToken }, token)).status).toBe(200);
    expect((await list(token)).map(({ provider }) => provider)).toEqual(["github", "google"]);
  });

  it("links an identity shortly after the sign-in, by cookies", async () => {
    const browser = openBrowser(service);
    await browser.write("POST", "/social/github/token", { ...(await tokenOf()), transport: "cookie" });
    const idToken = await idTokenOf("google", socialUser());
    expect((await browser.write("POST", "/me/identities/google", { idToken })).status).toBe(200);
  });

  it("succeeds for an identity that is already linked without a second notice", async () => {
    const { email, token } = await registerAndLogIn(service);
    const body = { ...(await tokenOf()), password: PASSWORD };
    await linkToken(service, "github", body, token);
    expect((await linkToken(service, "github", body, token)).status).toBe(200);
    expect((await mailTo(service, email)).map(({ subject }) => subject)).toEqual([
      "GitHub now signs you in to Gatehouse",
    ]);
  });

  it("refuses an identity of another account and a second one of the same provider", async () => {
    const taken = await tokenOf();
    await service.post("/social/github/token", taken);
    const { token } = await registerAndLogIn(service);
    const link = (body: object) => linkToken(service, "github", { ...body, password: PASSWORD }, token);
    expectErrorResponse(await link(taken), 409, "conflict");
    await link(await tokenOf());
    expectErrorResponse(await link(await tokenOf()), 409, "conflict");
  });

  it("refuses a link with a wrong or missing password", async () => {
    const { email, token } = await registerAndLogIn(service);
    const own = await tokenOf();
    const link = (body: object) => linkToken(service, "github", { ...own, ...body }, token);
    const wrong = await link({ password: "wrong" });
    expectErrorResponse(wrong, 401, "invalid_credentials");
    expect(wrong.body.message).toBe("The password is not correct.");
    const without = await link({});
    expectErrorResponse(without, 400, "validation_failed");
    expect(without.body.error?.fields).toEqual([{ path: "password", message: "Is required." }]);
    expect(await linkedTo(email)).toBe(0);
  });

  it("refuses a link without a session or with an invalid one", async () => {
    const body = { ...(await tokenOf()), password: PASSWORD };
    expectErrorResponse(await linkToken(service, "github", body), 401, "unauthorized");
    expectErrorResponse(await linkToken(service, "github", body, "dead"), 401, "unauthorized");
  });

  it("refuses a link with an invalid token or an unknown provider", async () => {
    const { token } = await registerAndLogIn(service);
    const link = (provider: string, body: object) =>
      linkToken(service, provider, { password: PASSWORD, ...body }, token);
    expectErrorResponse(await link("apple", { idToken: "t" }), 404, "not_found");
    expectErrorResponse(await link("github", { accessToken: "made-up" }), 400, "token_invalid");
    for (const body of [{ idToken: "t" }, {}, { idToken: "t", accessToken: "t" }, { accessToken: 1 }])
      expectErrorResponse(await link("github", body), 400, "validation_failed");
  });

  it("refuses a link with session cookies but without a CSRF token", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    const body = { ...(await tokenOf()), password: PASSWORD };
    expectErrorResponse(await browser.send("POST", "/me/identities/github", body), 403, "csrf_failed");
    expect((await browser.write("POST", "/me/identities/github", body)).status).toBe(200);
  });

  it("ignores an access token at the sign-in with a provider's token", async () => {
    const victim = await registerAndLogIn(service);
    const { body } = await service.post("/refresh", {
      refreshToken: victim.refreshToken,
      audience: "notes",
    });
    for (const token of [victim.token, body.data.token, "dead"]) {
      const attacker = socialUser();
      const answer = await service.post("/social/github/token", await tokenOf(attacker), token);
      expect(answer.body.data.user.email).toBe(attacker.email);
    }
    expect(await linkedTo(victim.email)).toBe(0);
  });

  it("takes a recent authentication of an account without a password, and no token of its session", async () => {
    const { user, token } = await withoutPassword();
    const other = (await service.post("/social/github/token", await tokenOf(user))).body.data;
    const idToken = await idTokenOf("google", socialUser());
    const link = (body: object) => linkToken(service, "google", { idToken, ...body }, token);
    service.clock.advance(10 * 60_000);
    for (const body of [{}, { password: PASSWORD }])
      expectErrorResponse(await link(body), 403, "reauthentication_required");
    expectErrorResponse(await link({ refreshToken: other.refreshToken }), 400, "validation_failed");
    expect(await linkedTo(user.email)).toBe(1);
  });

  it("counts wrong passwords of a link with those of every other confirmation", async () => {
    const { token } = await registerAndLogIn(service);
    const own = await tokenOf();
    const link = (password: string) => linkToken(service, "github", { ...own, password }, token);
    const answers = await inParallel(20, () => link("wrong"));
    expect(statusCounts(answers)).toEqual({ 401: 10, 429: 10 });
    const locked = await link(PASSWORD);
    expectErrorResponse(locked, 429, "too_many_attempts");
    expect(Number(locked.headers.get("Retry-After"))).toBeGreaterThan(0);
    const emailChange = { newEmail: "new@example.com", password: PASSWORD };
    expectErrorResponse(await service.post("/me/email", emailChange, token), 429, "too_many_attempts");
    expect(await list(token)).toEqual([]);
  });

  it("creates one identity and one notice for eight concurrent links", async () => {
    const { email, token } = await registerAndLogIn(service);
    const body = { ...(await tokenOf()), password: PASSWORD };
    const answers = await inParallel(8, () => linkToken(service, "github", body, token));
    expect(statusCounts(answers)).toEqual({ 200: 8 });
    expect(await linkedTo(email)).toBe(1);
    expect((await mailTo(service, email)).map(({ subject }) => subject)).toEqual([
      "GitHub now signs you in to Gatehouse",
    ]);
  });

  it("refuses a link if the owner resets the password meanwhile", async () => {
    const { email, token } = await registerAndLogIn(service);
    const body = { ...(await tokenOf()), password: PASSWORD };
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: "another quiet harbour" };
    // Three batches: lockout and password hash, then the facts, then the link.
    const held = startWithHeldBatch(3, variables, service.clock);
    const answer = linkToken(held.service, "github", body, token);
    await held.reached;
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    held.release();
    expectErrorResponse(await answer, 401, "refresh_invalid");
    expect(await linkedTo(email)).toBe(0);
  });
});
