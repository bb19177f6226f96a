import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Browser, openBrowser, signedInBrowser } from "../../support/browser.ts";
import { inParallel, statusCounts } from "../../support/parallel.ts";
import { mailTo, member, PASSWORD, signedInMember, tokenMailedTo } from "../../support/people.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";
import { somebody } from "../../support/social/people.ts";
import { openProviders } from "../../support/social/providers.ts";
import { comeBack, FROM_OWN_PAGE, idTokenOf, setOut, start, surf } from "../../support/social/surf.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

const list = async (token: string): Promise<{ provider: string }[]> =>
  (await service.get("/me/identities", token)).body.data;
const remove = (provider: string, token: string) =>
  service.call("DELETE", `/api/auth/me/identities/${provider}`, undefined, token);

/** Somebody without a password, with an identity at GitHub and one at Google. */
async function twoIdentities() {
  const person = somebody();
  const accessToken = await providers.tokenOf(person);
  const { token } = (await service.post("/social/github/token", { accessToken })).body.data;
  const idToken = await idTokenOf("google", somebody());
  const linked = await service.post("/social/google/token", { idToken }, token);
  if (linked.status !== 200) throw new Error(`linking answered ${linked.status}: ${linked.text}`);
  return { person, token };
}

const link = (browser: Browser, person: ReturnType<typeof somebody>) =>
  surf(browser, "github", person, "?link=true", FROM_OWN_PAGE);

describe("a session that sets out", () => {
  it("links the identity to its own account, whatever the address, and tells its owner", async () => {
    const { email } = await member(service);
    const browser = await signedInBrowser(service, email);
    const person = somebody({ verified: false });
    await providers.be(person);
    const answer = await surf(browser, "github", person, "?returnTo=/account&link=true", FROM_OWN_PAGE);
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, "http://gatehouse.test/account"]);
    // It goes on as it was.
    expect(answer.headers.getSetCookie()).toEqual([]);
    const linked = (await browser.send("GET", "/me/identities")).body.data;
    expect(linked).toMatchObject([{ provider: "github", name: "GitHub" }]);
    expect((await mailTo(service, email))[0]?.subject).toBe("GitHub now signs you in to Gatehouse");
    // From now on it signs in.
    const other = openBrowser(service);
    await surf(other, "github", person);
    expect((await other.send("GET", "/me")).body.data.email).toBe(email);
  });

  it("changes nothing when the identity is its own already", async () => {
    const { email } = await member(service);
    const browser = await signedInBrowser(service, email);
    const person = somebody();
    await providers.be(person);
    await link(browser, person);
    expect((await link(browser, person)).status).toBe(302);
    expect((await browser.send("GET", "/me/identities")).body.data).toHaveLength(1);
    expect(await mailTo(service, email)).toHaveLength(2);
  });

  it("is refused the identity of somebody else, and a second one of the same provider", async () => {
    const taken = somebody();
    await service.post("/social/github/token", { accessToken: await providers.tokenOf(taken) });
    const { email } = await member(service);
    const browser = await signedInBrowser(service, email);
    await providers.be(taken);
    expectRefusal(await link(browser, taken), 409, "conflict");
    const own = somebody();
    await providers.be(own);
    await link(browser, own);
    const second = somebody();
    await providers.be(second);
    expectRefusal(await link(browser, second), 409, "conflict");
  });

  it("links nothing when it has ended at the provider", async () => {
    const { email } = await member(service);
    const browser = await signedInBrowser(service, email);
    const person = somebody();
    await providers.be(person);
    const path = await setOut(browser, "github", person, "?link=true", FROM_OWN_PAGE);
    await browser.write("POST", "/logout");
    expectRefusal(await comeBack(browser, path), 401, "unauthorized");
    const query = "SELECT 1 FROM identities WHERE subject = ?";
    expect(await env.DB.prepare(query).bind(String(person.id)).first()).toBeNull();
  });

  it("links nothing unless it is asked to: the sign-in is another one, and its cookies come instead", async () => {
    const { email } = await member(service);
    const browser = await signedInBrowser(service, email);
    const person = somebody();
    await providers.be(person);
    await surf(browser, "github", person, "", FROM_OWN_PAGE);
    expect((await browser.send("GET", "/me")).body.data.email).toBe(person.email);
    const query =
      "SELECT count(*) AS n FROM identities WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    expect(await env.DB.prepare(query).bind(email).first()).toEqual({ n: 0 });
  });

  it.each(["cross-site", "same-site", "none", null])(
    "does not even set out to link where the browser says that it was sent from %j",
    async (site) => {
      const browser = await signedInBrowser(service, (await member(service)).email);
      const from = { Accept: null, "Sec-Fetch-Site": site };
      const answer = await start(browser, "github", "?link=true", from);
      expectRefusal(answer, 403, "csrf_failed");
      expect(answer.headers.get("Location")).toBeNull();
    },
  );

  it("does not set out to link without a session, with a spent refresh token, or a made-up one", async () => {
    const { email } = await member(service);
    const thief = openBrowser(service);
    const owner = await signedInBrowser(service, email);
    const spent = owner.jar.get("__Host-gh_refresh") ?? "";
    await owner.write("POST", "/refresh");
    for (const token of [null, spent, `${spent}x`, "made-up"]) {
      if (token !== null) thief.jar.set("__Host-gh_refresh", token);
      const answer = await start(thief, "github", "?link=true", { ...FROM_OWN_PAGE, Accept: null });
      expectRefusal(answer, 401, "unauthorized");
      expect(answer.headers.get("Location")).toBeNull();
    }
    expect((await start(owner, "github", "?link=true", FROM_OWN_PAGE)).status).toBe(302);
  });

  it("links an app's token to the account of its bearer, and signs in to that", async () => {
    const { email, token } = await signedInMember(service);
    const accessToken = await providers.tokenOf(somebody({ verified: false }));
    const answer = await service.post("/social/github/token", { accessToken }, token);
    expect(answer.body.data.user.email).toBe(email);
    expectRefusal(await service.post("/social/github/token", { accessToken }, "dead"), 401, "unauthorized");
    const other = await signedInMember(service);
    expectRefusal(await service.post("/social/github/token", { accessToken }, other.token), 409, "conflict");
  });
});

describe("DELETE /me/identities/:provider", () => {
  it("takes a way in away, and tells its owner", async () => {
    const { person, token } = await twoIdentities();
    expect((await remove("google", token)).status).toBe(200);
    expect((await list(token)).map(({ provider }) => provider)).toEqual(["github"]);
    expect((await mailTo(service, person.email))[0]?.subject).toBe(
      "Google no longer signs you in to Gatehouse",
    );
  });

  it("keeps the last way in of an account without a password", async () => {
    const { token } = await twoIdentities();
    await remove("google", token);
    expectRefusal(await remove("github", token), 409, "last_sign_in_method");
    expect(await list(token)).toHaveLength(1);
  });

  it("leaves one of two that are removed at once", async () => {
    const { token } = await twoIdentities();
    const answers = await inParallel(20, (at) => remove(at % 2 ? "google" : "github", token));
    expect(statusCounts(answers)[200]).toBe(1);
    expect(await list(token)).toHaveLength(1);
  });

  it("does not count a provider that is off for a way in", async () => {
    const { token } = await twoIdentities();
    const gitHubAlone = startService({
      env: Object.fromEntries(Object.entries(providers.variables).filter(([name]) => !/GOOGLE/.test(name))),
      clock: service.clock,
    });
    const answer = await gitHubAlone.call("DELETE", "/api/auth/me/identities/github", undefined, token);
    expectRefusal(answer, 409, "last_sign_in_method");
    expect(
      (await gitHubAlone.call("DELETE", "/api/auth/me/identities/google", undefined, token)).status,
    ).toBe(200);
  });

  it("lets the last identity go once there is a password", async () => {
    const person = somebody();
    const accessToken = await providers.tokenOf(person);
    await service.post("/social/github/token", { accessToken });
    await service.post("/forgot-password", { email: person.email });
    const reset = { token: await tokenMailedTo(service, person.email), newPassword: PASSWORD };
    await service.post("/reset-password", reset);
    const { token } = (await service.post("/login", { email: person.email, password: PASSWORD })).body.data;
    expect((await remove("github", token)).status).toBe(200);
    expect(await list(token)).toEqual([]);
    // The same person at GitHub still has the proven address, and may come in anew by it.
    expect((await service.post("/social/github/token", { accessToken })).status).toBe(200);
  });

  it("knows nothing of providers that are not linked, of other people's, and of strangers", async () => {
    const { token } = await signedInMember(service);
    await twoIdentities();
    for (const id of ["github", "apple", "__proto__"])
      expectRefusal(await remove(id, token), 404, "not_found");
    expectRefusal(await service.get("/me/identities"), 401, "unauthorized");
  });
});
