import { generateKeyPair, type JWTPayload } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { readAllRows } from "../../../support/database-rows.ts";
import { type Service, startService } from "../../../support/service.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { CLIENT } from "../../../support/social/provider-client.ts";

const forged = await openForgedIssuer();
const otherKey = await generateKeyPair("ES256");
const nowSeconds = Math.floor(Date.now() / 1000);
let service: Service;

beforeEach(() => {
  // A new isolate, which has not cached the issuer's key set.
  service = startService({ env: forged.variables });
});

/** The rows that a sign-in writes, except messages and audit events. */
const signInRows = async () => {
  const { accounts, identities, sessions, oauth_transactions } = await readAllRows();
  return { accounts, identities, sessions, oauth_transactions };
};

type Forgery = Readonly<{
  claims?: JWTPayload;
  header?: Record<string, unknown>;
  signature?: "other key" | "client secret" | "none";
}>;

async function idToken({ claims, header, signature }: Forgery): Promise<string> {
  if (signature === "other key") return forged.sign(claims, header, otherKey.privateKey);
  if (signature === "client secret") {
    return forged.sign(claims, { alg: "HS256", ...header }, new TextEncoder().encode(CLIENT.secret));
  }
  const token = await forged.sign(claims, header);
  if (signature !== "none") return token;
  const none = btoa(JSON.stringify({ alg: "none", typ: "JWT" })).replaceAll("=", "");
  return `${none}.${token.split(".")[1]}.`;
}

/** Invalid ID tokens, for the code flow and for client applications. */
const forgeries: Record<string, Forgery> = {
  "a foreign issuer": { claims: { iss: "https://issuer.example.org" } },
  "the issuer with a trailing slash": { claims: { iss: `${forged.issuer}/` } },
  "another audience": { claims: { aud: "another-app" } },
  "no audience": { claims: { aud: undefined } },
  "several audiences, issued to another client": {
    claims: { aud: [CLIENT.id, "another-app"], azp: "another-app" },
  },
  "several audiences and no azp": { claims: { aud: [CLIENT.id, "another-app"] } },
  "the right audience, issued to another client": { claims: { azp: "another-app" } },
  "an azp that is no string": { claims: { azp: [CLIENT.id] } },
  "an exp in the past": { claims: { exp: nowSeconds - 60 } },
  "no exp": { claims: { exp: undefined } },
  "an nbf in the future": { claims: { nbf: nowSeconds + 86_400 } },
  "no subject": { claims: { sub: undefined } },
  "an empty subject": { claims: { sub: "" } },
  "a blank subject": { claims: { sub: "  " } },
  "a subject with NUL": { claims: { sub: "some\0body" } },
  "a subject that is no string": { claims: { sub: 1234 as unknown as string } },
  "a subject of 256 characters": { claims: { sub: "x".repeat(256) } },
  "the signature of another key": { signature: "other key" },
  "an unknown kid": { header: { kid: "unknown" } },
  "an HMAC with the client secret": { signature: "client secret" },
  "no signature": { signature: "none" },
  "the typ of an access token": { header: { typ: "at+jwt" } },
  "an unknown crit extension": { header: { crit: ["exp"], exp: 1 } },
};

describe("ID token of the code flow", () => {
  const prepareCallback = async (forgery: Forgery, changed: Record<string, string> = {}) => {
    const { path, nonce, browser } = await forged.startRedirect(service, undefined, changed);
    const token = await idToken({ ...forgery, claims: { nonce, ...forgery.claims } });
    await forged.answer(forged.tokens(token), forged.keySet);
    return { answer: () => returnFromProvider(browser, path), browser };
  };

  it("signs in with a valid ID token", async () => {
    const { answer, browser } = await prepareCallback({});
    expect((await answer()).status).toBe(302);
    expect((await browser.send("GET", "/me")).body.data.email).toBe("a-subject@example.com");
  });

  it.each(
    Object.entries({
      ...forgeries,
      "a wrong nonce": { claims: { nonce: "x".repeat(43) } },
      "no nonce": { claims: { nonce: undefined } },
    }),
  )("rejects an ID token of the code flow with %s and writes no row", async (_fault, forgery) => {
    const before = await signInRows();
    const { answer } = await prepareCallback(forgery);
    const refused = await answer();
    expectErrorResponse(refused, 400, "token_invalid");
    expect(await signInRows()).toEqual(before);
  });

  it.each([
    ["a foreign issuer", { iss: "https://issuer.example.org" }],
    ["no issuer although the provider announces iss", { iss: "" }],
  ])("does not request a token after a callback with %s (RFC 9207)", async (_fault, changed) => {
    const { answer } = await prepareCallback({}, changed);
    expectErrorResponse(await answer(), 400, "token_invalid");
    const before = (await forged.requests()).filter(({ path }) => path === "/token").length;
    await answer();
    expect((await forged.requests()).filter(({ path }) => path === "/token")).toHaveLength(before);
  });

  it("sends the code verifier with the token request", async () => {
    const { path, browser } = await forged.startRedirect(service);
    await forged.answer(forged.json({ error: "invalid_grant" }, 400));
    expectErrorResponse(await returnFromProvider(browser, path), 400, "token_invalid");
    const form = new URLSearchParams((await forged.requests()).at(-1)?.body);
    expect(form.get("code_verifier")).toMatch(/^[\w-]{43}$/);
    expect(form.get("grant_type")).toBe("authorization_code");
  });
});

describe("ID token of a client application", () => {
  const present = async (forgery: Forgery) => {
    await forged.answer(forged.metadata, forged.keySet);
    return service.post("/social/oidc/token", { idToken: await idToken(forgery) });
  };

  it("signs in with a valid ID token of a client application, with or without a nonce", async () => {
    const first = await present({ claims: { nonce: "the-app-s-own" } });
    expect([first.status, first.body.data.user.email]).toEqual([200, "a-subject@example.com"]);
    const second = await service.post("/social/oidc/token", { idToken: await idToken({}) });
    expect(second.body.data.user.id).toBe(first.body.data.user.id);
    expect(second.headers.get("Cache-Control")).toBe("no-store");
  });

  it.each(Object.entries(forgeries))(
    "rejects an ID token of a client application with %s and writes no row",
    async (_fault, forgery) => {
      const before = await signInRows();
      expectErrorResponse(await present(forgery), 400, "token_invalid");
      expect(await signInRows()).toEqual(before);
    },
  );

  it("rejects an ID token issued more than an hour ago even if its exp is later", async () => {
    // By the clock of the service, which does not advance by itself.
    const now = Math.floor(service.clock.now() / 1000);
    const exp = now + 7200;
    expectErrorResponse(await present({ claims: { iat: now - 3700, exp } }), 400, "token_invalid");
    expect((await present({ claims: { iat: now - 3500, exp } })).status).toBe(200);
  });

  it("accepts an ID token of Google whose azp is another client of the same project", async () => {
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
    expectErrorResponse(await post({ aud: [CLIENT.id, "another-app"] }), 400, "token_invalid");
    expectErrorResponse(await post({ aud: "the-phone-s-client" }), 400, "token_invalid");
  });

  it.each(["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x".repeat(16_385)])(
    "rejects the malformed ID token %j",
    async (text) => {
      await forged.answer(forged.metadata, forged.keySet);
      expect((await service.post("/social/oidc/token", { idToken: text })).status).toBe(400);
    },
  );

  it.each([
    ["false", false],
    ["the string false", "false"],
    ["omitted", undefined],
    ["a number", 1],
  ])("creates no account for an address whose email_verified is %s", async (_value, email_verified) => {
    const before = await signInRows();
    const claims = { sub: "another-subject", email: "unverified@example.com", email_verified };
    expectErrorResponse(await present({ claims }), 403, "email_not_verified");
    expect(await signInRows()).toEqual(before);
  });

  it("creates no account without an address or with a malformed one", async () => {
    for (const email of [undefined, "", "two@example.com,three@example.com", "a\r\nb@example.com", 7]) {
      const claims = { sub: "without-address", email: email as string };
      expectErrorResponse(await present({ claims }), 403, "email_not_verified");
    }
  });

  it("reads the key set again for a new key, but not for each unknown kid", async () => {
    await present({});
    const keySetRequests = async () =>
      (await forged.requests()).filter(({ path }) => path === "/jwks").length;
    const first = await keySetRequests();
    for (let attempt = 0; attempt < 5; attempt += 1) await present({ header: { kid: `made-up-${attempt}` } });
    expect(await keySetRequests()).toBe(first);
    service.clock.advance(11_000);
    await forged.answer(forged.keySet);
    await service.post("/social/oidc/token", { idToken: await idToken({ header: { kid: "made-up" } }) });
    expect(await keySetRequests()).toBe(first + 1);
  });
});

describe("discovery document", () => {
  it.each([
    ["with another issuer", { issuer: "https://issuer.example.org" }],
    ["without an issuer", { issuer: undefined }],
    ["whose authorization endpoint is no URL", { authorization_endpoint: "sign in here" }],
    ["without a token endpoint", { token_endpoint: undefined }],
    ["without keys", { jwks_uri: undefined }],
  ])("a discovery document %s causes no redirect and is not cached", async (_fault, changed) => {
    const document = { ...JSON.parse((forged.metadata as { body: string }).body), ...changed };
    await forged.answer(forged.json(document));
    const answer = await service.get("/social/oidc/start");
    expect([400, 503]).toContain(answer.status);
    expect(answer.headers.get("Location")).toBeNull();
    // It is not cached.
    await forged.answer(forged.metadata);
    expect((await service.get("/social/oidc/start")).status).toBe(302);
  });
});
