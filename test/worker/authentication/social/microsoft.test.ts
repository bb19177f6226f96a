import type { JWTPayload } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { newAddress, registerVerifiedUser } from "../../../support/users.ts";

const TENANT = "11111111-1111-4111-8111-111111111111";
const OTHER_TENANT = "22222222-2222-4222-8222-222222222222";
/** The tenant of personal accounts. */
const PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad";

/** Microsoft for these tenants. Discovery of `common` and `organizations` has a template as its issuer. */
async function openMicrosoft(tenant = "common", variables: Record<string, string> = {}) {
  const isOne = tenant === TENANT;
  const issuer = await openForgedIssuer({
    provider: "microsoft",
    document: (origin) => ({
      issuer: `${origin}/${isOne ? tenant : "{tenantid}"}/v2.0`,
      authorization_response_iss_parameter_supported: undefined,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    }),
  });
  const env = { ...issuer.variables, SOCIAL_MICROSOFT_TENANT: tenant, ...variables };
  const service = startService({ env });
  const claimsOf = (tid: string, more: JWTPayload): JWTPayload => ({
    iss: `${issuer.issuer}/${tid}/v2.0`,
    tid,
    sub: crypto.randomUUID(),
    email: newAddress(),
    // Microsoft omits it.
    email_verified: undefined,
    xms_edov: true,
    ...more,
  });
  return {
    ...issuer,
    service,
    /** Signs in with a user of that tenant. */
    async signIn(tid: string, more: JWTPayload = {}, { callback = {}, key = {} } = {}) {
      const { browser, path, nonce } = await issuer.startRedirect(service, undefined, callback);
      const token = await issuer.sign({ nonce, ...claimsOf(tid, more) });
      await issuer.answer(issuer.tokens(token), issuer.json({ keys: [{ ...issuer.key, ...key }] }));
      return { browser, answer: await returnFromProvider(browser, path) };
    },
    /** Signs in with an ID token that a client application got. */
    async signInByToken(tid: string, more: JWTPayload = {}) {
      await issuer.answer(issuer.metadata, issuer.keySet);
      return service.post("/social/microsoft/token", { idToken: await issuer.sign(claimsOf(tid, more)) });
    },
  };
}

describe("the tenants that may sign in at Microsoft", () => {
  it.each([
    ["common", TENANT, 302],
    ["common", PERSONAL, 302],
    ["organizations", TENANT, 302],
    ["organizations", PERSONAL, 400],
    [TENANT, TENANT, 302],
    [TENANT, OTHER_TENANT, 400],
    [TENANT, PERSONAL, 400],
  ])("SOCIAL_MICROSOFT_TENANT=%s, a user of %s: %i", async (tenant, tid, status) => {
    const microsoft = await openMicrosoft(tenant);
    expect((await microsoft.signIn(tid)).answer.status).toBe(status);
    const [discovery] = await microsoft.requests();
    expect(discovery?.path).toBe(`/${tenant}/v2.0/.well-known/openid-configuration`);
  });

  it.each<[string, (origin: string) => JWTPayload]>([
    ["the issuer of another tenant", (origin) => ({ iss: `${origin}/${OTHER_TENANT}/v2.0` })],
    ["the template as its issuer", (origin) => ({ iss: `${origin}/{tenantid}/v2.0` })],
    ["another host as its issuer", () => ({ iss: `https://login.example.org/${TENANT}/v2.0` })],
    ["no tenant", () => ({ tid: undefined })],
    ["a tenant that is no UUID", (origin) => ({ tid: "x/../y", iss: `${origin}/x/../y/v2.0` })],
    ["another audience", () => ({ aud: "another-app" })],
    ["another nonce", () => ({ nonce: "x".repeat(43) })],
  ])("refuses an ID token with %s", async (_fault, claims) => {
    const microsoft = await openMicrosoft();
    const { answer } = await microsoft.signIn(TENANT, claims(microsoft.issuer));
    expectErrorResponse(answer, 400, "token_invalid");
  });

  it("refuses the key of another tenant, and accepts those of the tenant and of all tenants", async () => {
    for (const [owner, status] of [
      [OTHER_TENANT, 400],
      [TENANT, 302],
      ["{tenantid}", 302],
    ] as const) {
      const microsoft = await openMicrosoft();
      const key = { issuer: `${microsoft.issuer}/${owner}/v2.0` };
      const { answer } = await microsoft.signIn(TENANT, {}, { key });
      expect([owner, answer.status]).toEqual([owner, status]);
    }
  });

  it("refuses a callback that names another issuer than the ID token (RFC 9207)", async () => {
    const microsoft = await openMicrosoft();
    const callback = { iss: `${microsoft.issuer}/${OTHER_TENANT}/v2.0` };
    const { answer } = await microsoft.signIn(TENANT, {}, { callback });
    expectErrorResponse(answer, 400, "token_invalid");
    const own = { iss: `${microsoft.issuer}/${TENANT}/v2.0` };
    expect((await microsoft.signIn(TENANT, {}, { callback: own })).answer.status).toBe(302);
  });

  it("keeps users of two tenants with the same subject apart", async () => {
    const microsoft = await openMicrosoft();
    const first = await microsoft.signIn(TENANT, { sub: "same" });
    const second = await microsoft.signIn(OTHER_TENANT, { sub: "same" });
    const ids = [first, second].map(({ browser }) => browser.send("GET", "/me"));
    const [one, two] = (await Promise.all(ids)).map(({ body }) => body.data.id);
    expect(one).not.toBe(two);
  });

  it("accepts an ID token of a client application under the same rules", async () => {
    const microsoft = await openMicrosoft("organizations");
    expect((await microsoft.signInByToken(TENANT)).status).toBe(200);
    expectErrorResponse(await microsoft.signInByToken(PERSONAL), 400, "token_invalid");
    expectErrorResponse(
      await microsoft.signInByToken(TENANT, { iss: microsoft.issuer }),
      400,
      "token_invalid",
    );
  });
});

describe("an address of Microsoft", () => {
  const TRUSTED = { SOCIAL_MICROSOFT_EMAIL_TRUST: "verified" };

  // Any administrator of a tenant may set any address, so an address alone proves nothing.
  it.each<[string, string, Record<string, string>, JWTPayload, boolean | "refused"]>([
    ["with xms_edov", "common", {}, { xms_edov: true }, false],
    ["with xms_edov as text, which the operator trusts", "common", TRUSTED, { xms_edov: "1" }, true],
    ["with xms_edov: false", "common", TRUSTED, { xms_edov: false }, "refused"],
    ["with xms_edov: 0", "common", TRUSTED, { xms_edov: "0" }, "refused"],
    ["without xms_edov", "common", {}, { xms_edov: undefined }, "refused"],
    [
      "without xms_edov, of a provider that the operator trusts",
      "common",
      TRUSTED,
      { xms_edov: undefined },
      "refused",
    ],
    ["without xms_edov of one tenant", TENANT, {}, { xms_edov: undefined }, "refused"],
    [
      "without xms_edov of one tenant that the operator trusts",
      TENANT,
      TRUSTED,
      { xms_edov: undefined },
      true,
    ],
    ["with email_verified: false", TENANT, TRUSTED, { email_verified: false }, "refused"],
  ])("%s (%s) is %s", async (_case, tenant, variables, claims, expected) => {
    const microsoft = await openMicrosoft(tenant, variables);
    const { browser, answer } = await microsoft.signIn(TENANT, claims);
    if (expected === "refused") expectErrorResponse(answer, 403, "email_not_verified");
    else expect((await browser.send("GET", "/me")).body.data.isVerified).toBe(expected);
  });

  it("does not open the account of its owner by default", async () => {
    const microsoft = await openMicrosoft();
    const { email } = await registerVerifiedUser(microsoft.service);
    expectErrorResponse((await microsoft.signIn(TENANT, { email })).answer, 409, "conflict");
  });
});
