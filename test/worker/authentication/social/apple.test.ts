import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { openApple } from "../../../support/social/apple.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { CLIENT } from "../../../support/social/provider-client.ts";
import { newAddress, registerVerifiedUser } from "../../../support/users.ts";

const apple = await openApple();
const service = startService({ env: apple.variables });

const newClaims = (more = {}) => ({
  sub: crypto.randomUUID(),
  email: newAddress(),
  name: undefined,
  ...more,
});

const user = (name: unknown) => ({ user: JSON.stringify({ name, email: "other@example.com" }) });

describe("Sign in with Apple", () => {
  it("asks for name and address with the response mode form_post, and without PKCE", async () => {
    const { location } = await apple.startRedirect(service);
    const parameters = Object.fromEntries(location.searchParams);
    expect(parameters).toMatchObject({
      response_type: "code",
      response_mode: "form_post",
      scope: "openid email name",
      client_id: CLIENT.id,
      redirect_uri: "http://gatehouse.test/api/auth/social/apple/callback",
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(location.searchParams.has("code_challenge")).toBe(false);
  });

  it("authenticates with a client secret that is signed for each request and expires in five minutes", async () => {
    const secrets = [];
    for (let round = 0; round < 2; round += 1) {
      service.clock.advance(1000);
      await apple.signIn(service, newClaims());
      const [request] = (await apple.requests()).filter(({ path }) => path === "/token").slice(-1);
      expect(request?.headers.authorization).toBeUndefined();
      const form = new URLSearchParams(request?.body);
      expect(form.get("client_id")).toBe(CLIENT.id);
      const secret = form.get("client_secret") ?? "";
      secrets.push(secret);
      expect(decodeProtectedHeader(secret)).toEqual({ alg: "ES256", kid: apple.team.keyId });
      const { payload } = await jwtVerify(secret, apple.publicKey, {
        currentDate: new Date(service.clock.now()),
      });
      const now = Math.floor(service.clock.now() / 1000);
      expect(payload).toEqual({
        iss: apple.team.id,
        sub: CLIENT.id,
        aud: apple.issuer,
        iat: now,
        exp: now + 300,
      });
    }
    expect(new Set(secrets).size).toBe(2);
  });

  it("takes the name from the first response, and keeps it at later sign-ins without one", async () => {
    const claims = newClaims();
    const first = await apple.signIn(service, claims, {
      fields: user({ firstName: "Ada", lastName: "Lovelace" }),
    });
    const me = (await first.browser.send("GET", "/me")).body.data;
    expect([me.name, me.email]).toEqual(["Ada Lovelace", claims.email]);
    const second = await apple.signIn(service, claims);
    expect((await second.browser.send("GET", "/me")).body.data).toMatchObject({
      id: me.id,
      name: "Ada Lovelace",
    });
  });

  it.each([
    ["only a first name", user({ firstName: "Ada" }), "Ada"],
    ["no name", user(undefined), null],
    ["a name that is no object", user("Ada"), null],
    ["parts that are no text", user({ firstName: 7, lastName: null }), null],
    ["malformed JSON", { user: "{" }, null],
    ["null", { user: "null" }, null],
    ["no user", {}, null],
  ])("signs in with %s in the field user", async (_case, fields, name) => {
    const claims = newClaims();
    const { answer, browser } = await apple.signIn(service, claims, { fields });
    expect(answer.status).toBe(302);
    // Without a name an account has that of its address.
    const expected = name ?? claims.email.split("@")[0];
    expect((await browser.send("GET", "/me")).body.data.name).toBe(expected);
  });

  it("trusts no address of the field user", async () => {
    const { email } = await registerVerifiedUser(service);
    const forged = { user: JSON.stringify({ email, name: { firstName: "Eve" } }) };
    const claims = newClaims();
    const { browser } = await apple.signIn(service, claims, { fields: forged });
    expect((await browser.send("GET", "/me")).body.data.email).toBe(claims.email);
  });

  it.each([
    ["a private relay address", () => `${crypto.randomUUID()}@privaterelay.appleid.com`, true],
    ["an address of iCloud", () => `${crypto.randomUUID()}@iCloud.com`, true],
    ["another address, which Apple has verified once", () => newAddress(), false],
    ["a domain that ends like iCloud", () => `${crypto.randomUUID()}@evil-icloud.com`, false],
  ])("verifies %s: %s", async (_kind, email, isVerified) => {
    const { browser } = await apple.signIn(service, newClaims({ email: email() }));
    expect((await browser.send("GET", "/me")).body.data.isVerified).toBe(isVerified);
  });

  it("reads email_verified as text, as Apple may send it", async () => {
    expect((await apple.signIn(service, newClaims({ email_verified: "true" }))).answer.status).toBe(302);
    const refused = await apple.signIn(service, newClaims({ email_verified: "false" }));
    expectErrorResponse(refused.answer, 403, "email_not_verified");
  });

  // Apple requires apps to revoke the tokens of a deleted or unlinked account.
  it("revokes the refresh token with a signed client secret when the identity is unlinked", async () => {
    const { browser, nonce, path } = await apple.startAndPost(service);
    const email = `${crypto.randomUUID()}@privaterelay.appleid.com`;
    const token = await apple.sign({ ...newClaims({ email }), nonce });
    const tokens = {
      access_token: "a",
      token_type: "Bearer",
      refresh_token: "a-refresh-token",
      id_token: token,
    };
    await apple.answer(apple.json(tokens), apple.keySet);
    expect((await returnFromProvider(browser, path)).status).toBe(302);
    await apple.answer({ kind: "respond", status: 200 });
    expect((await browser.write("DELETE", "/me/identities/apple")).status).toBe(200);
    const request = (await apple.requests()).find((one) => one.path === "/revoke");
    const form = new URLSearchParams(request?.body);
    expect([form.get("token"), form.get("client_id")]).toEqual(["a-refresh-token", CLIENT.id]);
    const secret = form.get("client_secret") ?? "";
    await jwtVerify(secret, apple.publicKey, { currentDate: new Date(service.clock.now()) });
  });

  it("returns a user who cancels to the sign-in page", async () => {
    const { answer } = await apple.signIn(service, newClaims(), {
      fields: { error: "user_cancelled_authorize", code: "" },
    });
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, "/sign-in?returnTo=%2Faccount#"]);
  });

  it("refuses an ID token without the nonce of the start", async () => {
    const { answer } = await apple.signIn(service, newClaims({ nonce: "x".repeat(43) }));
    expectErrorResponse(answer, 400, "token_invalid");
  });
});
