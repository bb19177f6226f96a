import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openBrowser, signedInBrowser } from "../../../support/browser.ts";
import { startHeld } from "../../../support/held-d1.ts";
import { inParallel, statusCounts } from "../../../support/parallel.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf } from "../../../support/social/browser-flow.ts";
import { linkToken } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { mailTo, member, PASSWORD, signedInMember, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const variables = { ...providers.variables, AUDIENCES: "web,notes" };
const service = startService({ env: variables });

const tokenOf = async (person = socialUser()) => ({ accessToken: await providers.tokenOf(person) });
const list = async (token: string): Promise<{ provider: string }[]> =>
  (await service.get("/me/identities", token)).body.data;
const linkedTo = async (email: string, of = env.DB) =>
  of
    .prepare(
      "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
    .bind(email)
    .first<number>("n");

/** Somebody whose account has no password, and who signed in at GitHub just now. */
async function withoutPassword() {
  const person = socialUser();
  const { data } = (await service.post("/social/github/token", await tokenOf(person))).body;
  return { person, token: data.token as string, refreshToken: data.refreshToken as string };
}

describe("POST /me/identities/:provider", () => {
  describe("succeeds", () => {
    it("by the password: it signs in to that account from now on, and its owner is told", async () => {
      const { email, token } = await signedInMember(service);
      const own = await tokenOf(socialUser({ verified: false }));
      const answer = await linkToken(service, "github", { ...own, password: PASSWORD }, token);
      expect([answer.status, answer.body.message]).toEqual([200, "It signs you in from now on."]);
      expect(answer.body.data).toBeUndefined();
      expect(await list(token)).toMatchObject([{ provider: "github", name: "GitHub" }]);
      expect((await mailTo(service, email))[0]?.subject).toBe("GitHub now signs you in to Gatehouse");
      expect((await service.post("/social/github/token", own)).body.data.user.email).toBe(email);
    });

    it("by the latest refresh token of this very session, where there is no password", async () => {
      const { token, refreshToken } = await withoutPassword();
      const idToken = await idTokenOf("google", socialUser());
      expect((await linkToken(service, "google", { idToken, refreshToken }, token)).status).toBe(200);
      expect((await list(token)).map(({ provider }) => provider)).toEqual(["github", "google"]);
    });

    it("by the refresh token of a page's cookie", async () => {
      const browser = openBrowser(service);
      await browser.write("POST", "/social/github/token", { ...(await tokenOf()), transport: "cookie" });
      const idToken = await idTokenOf("google", socialUser());
      expect((await browser.write("POST", "/me/identities/google", { idToken })).status).toBe(200);
    });

    it("when it is linked already, and tells nobody again", async () => {
      const { email, token } = await signedInMember(service);
      const body = { ...(await tokenOf()), password: PASSWORD };
      await linkToken(service, "github", body, token);
      expect((await linkToken(service, "github", body, token)).status).toBe(200);
      expect(await mailTo(service, email)).toHaveLength(2);
    });
  });

  describe("refuses", () => {
    it("the identity of somebody else, and a second one of the same provider", async () => {
      const taken = await tokenOf();
      await service.post("/social/github/token", taken);
      const { token } = await signedInMember(service);
      const link = (body: object) => linkToken(service, "github", { ...body, password: PASSWORD }, token);
      expectRefusal(await link(taken), 409, "conflict");
      await link(await tokenOf());
      expectRefusal(await link(await tokenOf()), 409, "conflict");
    });

    it("whoever does not show whose account it is", async () => {
      const { email, token, refreshToken } = await signedInMember(service);
      const own = await tokenOf();
      const link = (body: object) => linkToken(service, "github", { ...own, ...body }, token);
      const wrong = await link({ password: "wrong" });
      expectRefusal(wrong, 401, "invalid_credentials");
      expect(wrong.body.message).toBe("The password is not correct.");
      // Where there is a password, nothing else will do.
      for (const body of [{}, { refreshToken }]) {
        const answer = await link(body);
        expectRefusal(answer, 400, "validation_failed");
        expect(answer.body.error?.fields).toEqual([{ path: "password", message: "Must be there." }]);
      }
      expect(await linkedTo(email)).toBe(0);
    });

    it("whoever has no session, or a dead one", async () => {
      const body = { ...(await tokenOf()), password: PASSWORD };
      expectRefusal(await linkToken(service, "github", body), 401, "unauthorized");
      expectRefusal(await linkToken(service, "github", body, "dead"), 401, "unauthorized");
    });

    it("what is no token of that provider, or no provider", async () => {
      const { token } = await signedInMember(service);
      const link = (provider: string, body: object) =>
        linkToken(service, provider, { password: PASSWORD, ...body }, token);
      expectRefusal(await link("apple", { idToken: "t" }), 404, "not_found");
      expectRefusal(await link("github", { accessToken: "made-up" }), 400, "token_invalid");
      for (const body of [{ idToken: "t" }, {}, { idToken: "t", accessToken: "t" }, { accessToken: 1 }])
        expectRefusal(await link("github", body), 400, "validation_failed");
    });

    it("a token of a page whose cookies did not mean it", async () => {
      const browser = await signedInBrowser(service, (await member(service)).email);
      const body = { ...(await tokenOf()), password: PASSWORD };
      expectRefusal(await browser.send("POST", "/me/identities/github", body), 403, "csrf_failed");
      expect((await browser.write("POST", "/me/identities/github", body)).status).toBe(200);
    });
  });

  describe("abuse", () => {
    it("of somebody's access token gives no way in: the sign-in by token does not look at it", async () => {
      const victim = await signedInMember(service);
      const { body } = await service.post("/refresh", {
        refreshToken: victim.refreshToken,
        audience: "notes",
      });
      for (const token of [victim.token, body.data.token, "dead"]) {
        const thief = socialUser();
        const answer = await service.post("/social/github/token", await tokenOf(thief), token);
        expect(answer.body.data.user.email).toBe(thief.email);
      }
      expect(await linkedTo(victim.email)).toBe(0);
    });

    it("of an access token where there is no password: a spent, foreign or made-up refresh token will not do", async () => {
      const victim = await withoutPassword();
      const { refreshToken: latest } = (await service.post("/refresh", { refreshToken: victim.refreshToken }))
        .body.data;
      const own = await withoutPassword();
      const idToken = await idTokenOf("google", socialUser());
      const link = (body: object) => linkToken(service, "google", { idToken, ...body }, victim.token);
      for (const refreshToken of [victim.refreshToken, own.refreshToken, `${latest}x`, "made-up"])
        expectRefusal(await link({ refreshToken }), 401, "refresh_invalid");
      expectRefusal(await link({}), 400, "validation_failed");
      expectRefusal(await link({ password: PASSWORD }), 400, "validation_failed");
      expect(await linkedTo(victim.person.email)).toBe(1);
      expect((await link({ refreshToken: latest })).status).toBe(200);
    });

    it("by guesses: they add up with those of every other confirmation, and shut the same lock", async () => {
      const { token } = await signedInMember(service);
      const own = await tokenOf();
      const link = (password: string) => linkToken(service, "github", { ...own, password }, token);
      const answers = await inParallel(20, () => link("wrong"));
      expect(statusCounts(answers)).toEqual({ 401: 10, 429: 10 });
      const locked = await link(PASSWORD);
      expectRefusal(locked, 429, "too_many_attempts");
      expect(Number(locked.headers.get("Retry-After"))).toBeGreaterThan(0);
      const elsewhere = { newEmail: "new@example.com", password: PASSWORD };
      expectRefusal(await service.post("/me/email", elsewhere, token), 429, "too_many_attempts");
      expect(await list(token)).toEqual([]);
    });

    it("by eight at once: one identity, and one mail", async () => {
      const { email, token } = await signedInMember(service);
      const body = { ...(await tokenOf()), password: PASSWORD };
      const answers = await inParallel(8, () => linkToken(service, "github", body, token));
      expect(statusCounts(answers)).toEqual({ 200: 8 });
      expect(await linkedTo(email)).toBe(1);
      expect(await mailTo(service, email)).toHaveLength(2);
    });

    it("that is under way while its owner resets the password comes to nothing", async () => {
      const { email, token } = await signedInMember(service);
      const body = { ...(await tokenOf()), password: PASSWORD };
      await service.post("/forgot-password", { email });
      const reset = { token: await tokenMailedTo(service, email), newPassword: "another quiet harbour" };
      // The lock and the hash, then the facts, then the link: each of the three is a batch.
      const slow = startHeld(3, variables);
      const answer = linkToken(slow.service, "github", body, token);
      await slow.reached;
      expect((await service.post("/reset-password", reset)).status).toBe(200);
      slow.letGo();
      expectRefusal(await answer, 401, "refresh_invalid");
      expect(await linkedTo(email)).toBe(0);
    });
  });
});
