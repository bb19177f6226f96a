import { generateKeyPair, type JWTPayload } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { expectRefusal } from "../../../support/refusal.ts";
import { type Service, startService } from "../../../support/service.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { CLIENT } from "../../../support/social/client.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { allRows } from "../../../support/tables.ts";

const forged = await openForgedIssuer();
const other = await generateKeyPair("ES256");
const nowSeconds = Math.floor(Date.now() / 1000);
let service: Service;

beforeEach(() => {
  // An isolate of its own, which has not read the issuer's keys.
  service = startService({ env: forged.variables });
});

/** What is left of a sign-in, but for the mail and the trail that go with it. */
const left = async () => {
  const { accounts, identities, sessions, authorization_codes, oauth_transactions } = await allRows();
  return { accounts, identities, sessions, authorization_codes, oauth_transactions };
};

type Forgery = Readonly<{
  claims?: JWTPayload;
  header?: Record<string, unknown>;
  sign?: "other key" | "the secret" | "nobody";
}>;

async function idToken({ claims, header, sign }: Forgery): Promise<string> {
  if (sign === "other key") return forged.sign(claims, header, other.privateKey);
  if (sign === "the secret") {
    return forged.sign(claims, { alg: "HS256", ...header }, new TextEncoder().encode(CLIENT.secret));
  }
  const token = await forged.sign(claims, header);
  if (sign !== "nobody") return token;
  const none = btoa(JSON.stringify({ alg: "none", typ: "JWT" })).replaceAll("=", "");
  return `${none}.${token.split(".")[1]}.`;
}

/** Wherever an ID token comes from, none of these vouches for anybody. */
const forgeries: Record<string, Forgery> = {
  "a foreign issuer": { claims: { iss: "https://issuer.example.org" } },
  "the issuer with a slash more": { claims: { iss: `${forged.issuer}/` } },
  "another audience": { claims: { aud: "another-app" } },
  "no audience": { claims: { aud: undefined } },
  "an audience shared with others, given to one of them": {
    claims: { aud: [CLIENT.id, "another-app"], azp: "another-app" },
  },
  "an audience shared with others, given to nobody": { claims: { aud: [CLIENT.id, "another-app"] } },
  "an audience that is ours, given to another of its clients": { claims: { azp: "another-app" } },
  "a presenter that is no text": { claims: { azp: [CLIENT.id] } },
  "a time that is over": { claims: { exp: nowSeconds - 60 } },
  "no end": { claims: { exp: undefined } },
  "a time that is to come": { claims: { nbf: nowSeconds + 86_400 } },
  "no subject": { claims: { sub: undefined } },
  "an empty subject": { claims: { sub: "" } },
  "a subject of blanks": { claims: { sub: "  " } },
  "a subject with NUL": { claims: { sub: "some\0body" } },
  "a subject that is no text": { claims: { sub: 1234 as unknown as string } },
  "a subject longer than any": { claims: { sub: "x".repeat(256) } },
  "another key": { sign: "other key" },
  "a key that is not there": { header: { kid: "unknown" } },
  "the client's own secret for a key": { sign: "the secret" },
  "no signature": { sign: "nobody" },
  "the type of an access token": { header: { typ: "at+jwt" } },
  "an extension that has to be understood": { header: { crit: ["exp"], exp: 1 } },
};

describe("an ID token of the code flow", () => {
  const finish = async (forgery: Forgery, changed: Record<string, string> = {}) => {
    const { path, nonce, browser } = await forged.round(service, undefined, changed);
    const token = await idToken({ ...forgery, claims: { nonce, ...forgery.claims } });
    await forged.answer(forged.tokens(token), forged.keySet);
    return { answer: () => returnFromProvider(browser, path), browser };
  };

  it("signs in when everything of it is right", async () => {
    const { answer, browser } = await finish({});
    expect((await answer()).status).toBe(302);
    expect((await browser.send("GET", "/me")).body.data.email).toBe("somebody@example.com");
  });

  it.each(
    Object.entries({
      ...forgeries,
      "a wrong nonce": { claims: { nonce: "x".repeat(43) } },
      "no nonce": { claims: { nonce: undefined } },
    }),
  )("is refused with %s, and leaves nothing", async (_what, forgery) => {
    const before = await left();
    const { answer } = await finish(forgery);
    const refused = await answer();
    expectRefusal(refused, 400, "token_invalid");
    expect(await left()).toEqual(before);
  });

  it.each([
    ["a foreign issuer", { iss: "https://issuer.example.org" }],
    ["no issuer, though the provider says that it names it", { iss: "" }],
  ])("is not even asked for after a callback with %s (RFC 9207)", async (_what, changed) => {
    const { answer } = await finish({}, changed);
    expectRefusal(await answer(), 400, "token_invalid");
    const asked = (await forged.requests()).filter(({ path }) => path === "/token").length;
    await answer();
    expect((await forged.requests()).filter(({ path }) => path === "/token")).toHaveLength(asked);
  });

  it("is asked for with PKCE, and the verifier fits the challenge", async () => {
    const { path, browser } = await forged.round(service);
    await forged.answer(forged.json({ error: "invalid_grant" }, 400));
    expectRefusal(await returnFromProvider(browser, path), 400, "token_invalid");
    const form = new URLSearchParams((await forged.requests()).at(-1)?.body);
    expect(form.get("code_verifier")).toMatch(/^[\w-]{43}$/);
    expect([form.get("client_id"), form.get("grant_type")]).toEqual([CLIENT.id, "authorization_code"]);
  });
});

describe("an ID token of an app", () => {
  const present = async (forgery: Forgery) => {
    await forged.answer(forged.metadata, forged.keySet);
    return service.post("/social/oidc/token", { idToken: await idToken(forgery) });
  };

  it("signs in when everything of it is right, with a nonce of the app's own or none", async () => {
    const first = await present({ claims: { nonce: "the-app-s-own" } });
    expect([first.status, first.body.data.user.email]).toEqual([200, "somebody@example.com"]);
    const second = await service.post("/social/oidc/token", { idToken: await idToken({}) });
    expect(second.body.data.user.id).toBe(first.body.data.user.id);
    expect(second.headers.get("Cache-Control")).toBe("no-store");
  });

  it.each(Object.entries(forgeries))("is refused with %s, and leaves nothing", async (_what, forgery) => {
    const before = await left();
    expectRefusal(await present(forgery), 400, "token_invalid");
    expect(await left()).toEqual(before);
  });

  it("is refused when it was issued more than an hour ago, whatever end it names", async () => {
    // By the clock of the service, which stands still however long the tests before took.
    const now = Math.floor(service.clock.now() / 1000);
    const exp = now + 7200;
    expectRefusal(await present({ claims: { iat: now - 3700, exp } }), 400, "token_invalid");
    expect((await present({ claims: { iat: now - 3500, exp } })).status).toBe(200);
  });

  it("of Google may have been got by an app of the same project, and of nobody else's", async () => {
    const { SOCIAL_OIDC_CLIENT_ID: id, SOCIAL_OIDC_CLIENT_SECRET: secret } = forged.variables;
    const asGoogle = startService({
      env: {
        SOCIAL_GOOGLE_CLIENT_ID: id,
        SOCIAL_GOOGLE_CLIENT_SECRET: secret,
        SOCIAL_GOOGLE_ISSUER: forged.issuer,
      },
    });
    await forged.answer(forged.metadata, forged.keySet);
    const claims = { azp: "the-phone-s-client", sub: "phone", email: "phone@example.com", hd: "example.com" };
    const post = async (more: JWTPayload) =>
      asGoogle.post("/social/google/token", { idToken: await idToken({ claims: { ...claims, ...more } }) });
    expect((await post({})).status).toBe(200);
    expectRefusal(await post({ aud: [CLIENT.id, "another-app"] }), 400, "token_invalid");
    expectRefusal(await post({ aud: "the-phone-s-client" }), 400, "token_invalid");
  });

  it.each(["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x".repeat(16_385)])(
    "is refused as %j",
    async (text) => {
      await forged.answer(forged.metadata, forged.keySet);
      expect((await service.post("/social/oidc/token", { idToken: text })).status).toBe(400);
    },
  );

  it.each([
    ["false", false],
    ["the text false", "false"],
    ["left out", undefined],
    ["a number", 1],
  ])("makes no account of an address whose email_verified is %s", async (_what, email_verified) => {
    const before = await left();
    const claims = { sub: "nobody-else", email: "unproven@example.com", email_verified };
    expectRefusal(await present({ claims }), 403, "email_not_verified");
    expect(await left()).toEqual(before);
  });

  it("makes no account without an address, or with what can be none", async () => {
    for (const email of [undefined, "", "two@example.com,three@example.com", "a\r\nb@example.com", 7]) {
      const claims = { sub: "without-address", email: email as string };
      expectRefusal(await present({ claims }), 403, "email_not_verified");
    }
  });

  it("is looked up again when the issuer has a new key, and not for each key that is not there", async () => {
    await present({});
    const asked = async () => (await forged.requests()).filter(({ path }) => path === "/jwks").length;
    const first = await asked();
    for (let attempt = 0; attempt < 5; attempt += 1) await present({ header: { kid: `made-up-${attempt}` } });
    expect(await asked()).toBe(first);
    service.clock.advance(11_000);
    await forged.answer(forged.keySet);
    await service.post("/social/oidc/token", { idToken: await idToken({ header: { kid: "made-up" } }) });
    expect(await asked()).toBe(first + 1);
  });
});

describe("a discovery document", () => {
  it.each([
    ["of another issuer", { issuer: "https://issuer.example.org" }],
    ["that names none", { issuer: undefined }],
    ["whose page is no URL", { authorization_endpoint: "sign in here" }],
    ["without a token endpoint", { token_endpoint: undefined }],
    ["without keys", { jwks_uri: undefined }],
  ])("%s sends nobody anywhere", async (_what, changed) => {
    const document = { ...JSON.parse((forged.metadata as { body: string }).body), ...changed };
    await forged.answer(forged.json(document));
    const answer = await service.get("/social/oidc/start");
    expect([400, 503]).toContain(answer.status);
    expect(answer.headers.get("Location")).toBeNull();
    // It is not remembered.
    await forged.answer(forged.metadata);
    expect((await service.get("/social/oidc/start")).status).toBe(302);
  });
});
