import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf, returnFromProvider, start, startRedirect } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { newAddress, register, registerVerifiedUser } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const gitHub = async (user: ReturnType<typeof socialUser>) =>
  service.post("/social/github/token", { accessToken: await providers.tokenOf(user) });

/** Starts a service with a forged issuer as its only provider. */
async function openIssuer() {
  const forged = await openForgedIssuer();
  await forged.answer(forged.metadata, forged.keySet);
  const at = startService({ env: forged.variables });
  const present = async (claims: Parameters<typeof forged.sign>[0]) =>
    at.post("/social/oidc/token", { idToken: await forged.sign(claims) });
  return { forged, at, present };
}

describe("account resolution", () => {
  it("does not match the subject of an earlier OpenID issuer after the issuer changes", async () => {
    const before = await openIssuer();
    const after = await openIssuer();
    const first = await before.present({ sub: "42", email: newAddress() });
    const second = await after.present({ sub: "42", email: newAddress() });
    expect(second.body.data.user.id).not.toBe(first.body.data.user.id);
  });

  it.each(["github", "facebook"] as const)(
    "does not match the subject of an earlier %s server after the issuer changes",
    async (id) => {
      const otherServer = openProviders();
      const after = startService({ env: otherServer.variables });
      const owner = socialUser();
      const otherUser = socialUser({ id: owner.id });
      const path = `/social/${id}/token`;
      const first = await service.post(path, { accessToken: await providers.tokenOf(owner) });
      const second = await after.post(path, { accessToken: await otherServer.tokenOf(otherUser) });
      expect([first.body.data.user.email, second.body.data.user.email]).toEqual([
        owner.email,
        otherUser.email,
      ]);
    },
  );

  it.each([null, "", "example.org", "sub.example.com", "example.com.example.org"])(
    "does not link a Google identity by an address outside Google Workspace (hd %j)",
    async (hd) => {
      const { email } = await registerVerifiedUser(service);
      const formerOwner = socialUser({ email, hd });
      const idToken = await idTokenOf("google", formerOwner);
      expectErrorResponse(await service.post("/social/google/token", { idToken }), 409, "conflict");
      // If no account has the address, it creates one, as at Facebook.
      const newcomer = await idTokenOf("google", socialUser({ hd }));
      expect((await service.post("/social/google/token", { idToken: newcomer })).status).toBe(200);
    },
  );

  it.each(["gmail.com", "GoogleMail.com"])("links a Google identity by an address at %s", async (domain) => {
    const { email } = await registerVerifiedUser(
      service,
      newAddress().replace("example.com", domain.toLowerCase()),
    );
    const idToken = await idTokenOf(
      "google",
      socialUser({ email: email.replace(/@.*/, `@${domain}`), hd: null }),
    );
    const answer = await service.post("/social/google/token", { idToken });
    expect(answer.body.data.user.email).toBe(email);
  });

  it("does not link an identity by a confusable spelling of an account's address", async () => {
    const { email } = await registerVerifiedUser(service);
    const fullwidth = email.replace("registrant", "\uff52egistrant");
    expect((await gitHub(socialUser({ email: fullwidth }))).body.data?.user.email).not.toBe(email);
  });

  it("removes the profile that an attacker set at registration when the owner takes the account over", async () => {
    const attacker = { username: "mallory.was.here", lastName: "Mallory", age: 99 };
    const { email } = await register(service, newAddress(), attacker);
    const { token } = (await gitHub(socialUser({ email }))).body.data;
    const me = (await service.get("/me", token)).body.data;
    expect([me.username, me.lastName, me.age]).toEqual([null, null, null]);
  });

  it("derives a name of at most 64 characters when the provider sends none", async () => {
    const { present } = await openIssuer();
    const email = `${"a".repeat(60)}@${"b".repeat(60)}.example.com`;
    const { name } = (await present({ sub: "no name", name: undefined, email })).body.data.user;
    expect([...name].length).toBeLessThanOrEqual(64);
  });
});

describe("POST /social/oidc/token", () => {
  it("rejects an ID token whose azp is another client, except for Google", async () => {
    const { present } = await openIssuer();
    expectErrorResponse(await present({ azp: "another-app", email: newAddress() }), 400, "token_invalid");
  });
});

describe("GET /social/:provider/callback", () => {
  it.each(["github", "facebook"])("reports a wrong code of %s as a refusal, not as an outage", async (id) => {
    const browser = openBrowser(service);
    const user = socialUser();
    await providers.setUser(user);
    const url = new URL(await startRedirect(browser, id, user), "http://gatehouse.test");
    url.searchParams.set("code", "wrong");
    expectErrorResponse(await returnFromProvider(browser, url.pathname + url.search), 400, "token_invalid");
  });

  it("sends Retry-After with the page for an unavailable provider", async () => {
    const { forged, at } = await openIssuer();
    await forged.answer({ kind: "respond", status: 500, body: "" });
    const page = await start(openBrowser(at), "oidc");
    expect([page.status, page.headers.get("Retry-After")]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  });
});
