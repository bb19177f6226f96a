import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { TO_APP, VERIFIER } from "../../../support/social/app.ts";
import {
  FROM_OWN_PAGE,
  idTokenOf,
  returnFromProvider,
  signInWithBrowser,
  start,
  startRedirect,
} from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { member, newAddress, register } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const gitHub = async (person: ReturnType<typeof socialUser>) =>
  service.post("/social/github/token", { accessToken: await providers.tokenOf(person) });

/** A service of that issuer alone, which has read its keys. */
async function openIssuer() {
  const forged = await openForgedIssuer();
  await forged.answer(forged.metadata, forged.keySet);
  const of = startService({ env: forged.variables });
  const present = async (claims: Parameters<typeof forged.sign>[0]) =>
    of.post("/social/oidc/token", { idToken: await forged.sign(claims) });
  return { forged, of, present };
}

describe("an identity", () => {
  it("is its issuer's: another one that is configured later does not inherit it", async () => {
    const before = await openIssuer();
    const after = await openIssuer();
    const first = await before.present({ sub: "42", email: newAddress() });
    const second = await after.present({ sub: "42", email: newAddress() });
    expect(second.body.data.user.id).not.toBe(first.body.data.user.id);
  });

  it.each(["github", "facebook"] as const)(
    "of %s is that server's: another one that is configured later does not inherit it",
    async (id) => {
      const elsewhere = openProviders();
      const after = startService({ env: elsewhere.variables });
      const owner = socialUser();
      const stranger = socialUser({ id: owner.id });
      const path = `/social/${id}/token`;
      const first = await service.post(path, { accessToken: await providers.tokenOf(owner) });
      const second = await after.post(path, { accessToken: await elsewhere.tokenOf(stranger) });
      expect([first.body.data.user.email, second.body.data.user.email]).toEqual([
        owner.email,
        stranger.email,
      ]);
    },
  );

  it.each([null, "", "example.org", "sub.example.com", "example.com.example.org"])(
    "of Google joins no account by an address that Google does not manage (hd %j)",
    async (hd) => {
      const { email } = await member(service);
      const formerOwner = socialUser({ email, hd });
      const idToken = await idTokenOf("google", formerOwner);
      expectRefusal(await service.post("/social/google/token", { idToken }), 409, "conflict");
      // Where nobody has that address, it makes an account, as Facebook's does.
      const newcomer = await idTokenOf("google", socialUser({ hd }));
      expect((await service.post("/social/google/token", { idToken: newcomer })).status).toBe(200);
    },
  );

  it.each(["gmail.com", "GoogleMail.com"])(
    "of Google joins one at %s, which is Google's own",
    async (domain) => {
      const { email } = await member(service, newAddress().replace("example.com", domain.toLowerCase()));
      const idToken = await idTokenOf(
        "google",
        socialUser({ email: email.replace(/@.*/, `@${domain}`), hd: null }),
      );
      const answer = await service.post("/social/google/token", { idToken });
      expect(answer.body.data.user.email).toBe(email);
    },
  );

  it("does not join the account of a mailbox that only looks the same", async () => {
    const { email } = await member(service);
    const wide = email.replace("person", "\uff50erson");
    expect((await gitHub(socialUser({ email: wide }))).body.data?.user.email).not.toBe(email);
  });

  it("takes nothing of the stranger over who had made the account", async () => {
    const stranger = { username: "mallory.was.here", lastName: "Mallory", age: 99 };
    const { email } = await register(service, newAddress(), stranger);
    const { token } = (await gitHub(socialUser({ email }))).body.data;
    const me = (await service.get("/me", token)).body.data;
    expect([me.username, me.lastName, me.age]).toEqual([null, null, null]);
  });

  it("makes a name of 64 characters at most where the provider has none", async () => {
    const { present } = await openIssuer();
    const email = `${"a".repeat(60)}@${"b".repeat(60)}.example.com`;
    const { name } = (await present({ sub: "no name", name: undefined, email })).body.data.user;
    expect([...name].length).toBeLessThanOrEqual(64);
  });
});

describe("a token of an app", () => {
  it("of any issuer but Google is refused when it was given to another of its clients", async () => {
    const { present } = await openIssuer();
    expectRefusal(await present({ azp: "another-app", email: newAddress() }), 400, "token_invalid");
  });
});

describe("the way back", () => {
  it.each(["github", "facebook"])("from %s with a wrong code is refused, and no outage", async (id) => {
    const browser = openBrowser(service);
    const person = socialUser();
    await providers.be(person);
    const url = new URL(await startRedirect(browser, id, person), "http://gatehouse.test");
    url.searchParams.set("code", "wrong");
    expectRefusal(await returnFromProvider(browser, url.pathname + url.search), 400, "token_invalid");
  });

  it("says on a page, too, when to try again", async () => {
    const { forged, of } = await openIssuer();
    await forged.answer({ kind: "respond", status: 500, body: "" });
    const page = await start(openBrowser(of), "oidc");
    expect([page.status, page.headers.get("Retry-After")]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  });
});

describe("a link", () => {
  it("is not made by whoever a stranger has signed in, not even by an app whose secret the stranger knows", async () => {
    const Origin = "https://app.example.com";
    const of = startService({ env: { ...providers.variables, ALLOWED_ORIGINS: Origin } });
    const stranger = socialUser();
    await providers.be(stranger);
    const back = await signInWithBrowser(openBrowser(of), "github", stranger, TO_APP);
    const code = new URL(back.headers.get("Location") ?? "http://refused.test").searchParams.get("code");
    const victim = openBrowser(of, Origin);
    const body = { code, codeVerifier: VERIFIER, transport: "cookie" };
    expect((await victim.write("POST", "/exchange", body)).status).toBe(200);
    const self = socialUser();
    await signInWithBrowser(victim, "google", self, "", FROM_OWN_PAGE);
    const elsewhere = openBrowser(of);
    await signInWithBrowser(elsewhere, "google", self);
    expect((await elsewhere.send("GET", "/me")).body.data.email).toBe(self.email);
  });
});
