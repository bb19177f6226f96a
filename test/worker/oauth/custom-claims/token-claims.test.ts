import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../../../../src/oauth/clients/client.ts";
import {
  createDeviceClient,
  DEVICE_GRANT,
  decide,
  pollDevice,
  startDevice,
} from "../../../support/devices.ts";
import {
  authorizeClient,
  authorizedCode,
  createClient,
  errorOf,
  NOTES,
  RESOURCE_VARIABLES,
  redeem,
  refresh,
  requestTokens,
  signedInUser,
  type TestClient,
  tokensOf,
} from "../../../support/oauth.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { type ApiResponse, createTestClock, startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const { TEST_CLAIMS } = env as unknown as { TEST_CLAIMS: Fetcher };
const clock = createTestClock();
const bound = { ...RESOURCE_VARIABLES, CLAIMS: TEST_CLAIMS, CLAIMS_TIMEOUT_MS: "200" };
const service = startService({ clock, env: bound });
const open = startService({ clock, env: { ...bound, CLAIMS_ON_FAILURE: "open" } });
/** The same database without the team's Worker. */
const unbound = startService({ clock, env: RESOURCE_VARIABLES });

const GRANT_TYPES: Client["grantTypes"] = [
  ...(["authorization_code", "refresh_token", "client_credentials"] as const),
  DEVICE_GRANT,
];
const SCOPE = "notes:read openid";

/** The team's Worker fails for one client at first, for the other always. */
let recovering: TestClient;
let failing: TestClient;
beforeAll(async () => {
  recovering = await createClient(service, { id: "fails at first", grantTypes: GRANT_TYPES });
  failing = await createClient(service, { id: "throws", grantTypes: GRANT_TYPES });
});

const claimsOf = (answer: ApiResponse) => decodeJwt(tokensOf(answer).access_token);

function expectUnavailable(answer: ApiResponse) {
  expect([answer.status, errorOf(answer)]).toEqual([503, "temporarily_unavailable"]);
}

describe("the custom claims of a token", () => {
  it("are in the access token alone, for what it is issued for, within two round trips", async () => {
    const client = await createClient(service);
    const { accountId, ...user } = await signedInUser(service);
    const code = await authorizedCode(service, { user: { accountId, ...user }, client, scope: SCOPE });
    const answer = await redeem(service, client, code);
    expect(service.log.at(-1)?.d1).toBeLessThanOrEqual(2);
    const subject = { accountId, clientId: client.id, resource: NOTES, scopes: ["notes:read", "openid"] };
    expect(claimsOf(answer)).toMatchObject({ "acme:plan": "pro", "acme:subject": subject, sub: accountId });
    expect(decodeJwt(tokensOf(answer).id_token)["acme:plan"]).toBeUndefined();
    const narrowed = await refresh(service, client, tokensOf(answer).refresh_token, { scope: "notes:read" });
    expect(service.log.at(-1)?.d1).toBeLessThanOrEqual(2);
    expect(claimsOf(narrowed)["acme:subject"]).toEqual({ ...subject, scopes: ["notes:read"] });
  });

  it("are those of the client in a token of a machine", async () => {
    const client = await createClient(service);
    const answer = await requestTokens(service, client, {
      ...{ grant_type: "client_credentials", resource: NOTES, scope: "notes:read" },
    });
    expect(claimsOf(answer)["acme:subject"]).toEqual({
      ...{ accountId: null, clientId: client.id, resource: NOTES, scopes: ["notes:read"] },
    });
  });

  it("are those of the user who allowed a device, once the request is approved", async () => {
    const client = await createDeviceClient(service);
    const { email } = await registerVerifiedUser(service);
    const device = await startDevice(service, client);
    expect(errorOf(await pollDevice(service, client, device))).toBe("authorization_pending");
    await decide(await signedInPageBrowser(service, email), device);
    const answer = await pollDevice(service, client, device);
    expect(service.log.at(-1)?.d1).toBeLessThanOrEqual(2);
    const claims = claimsOf(answer);
    expect(claims["acme:subject"]).toMatchObject({ accountId: claims.sub, resource: NOTES });
    expect(errorOf(await pollDevice(service, client, device))).toBe("invalid_grant");
  });

  it("have no resource when the token has none", async () => {
    const client = await createClient(service);
    const { access_token: token } = await authorizeClient(service, client, { resource: "", scope: "openid" });
    expect(decodeJwt(token)["acme:subject"]).toMatchObject({ resource: null, scopes: ["openid"] });
  });

  it("are not asked for without the binding", async () => {
    const { access_token: token } = await authorizeClient(unbound, failing);
    expect(Object.keys(decodeJwt(token)).filter((name) => name.startsWith("acme:"))).toEqual([]);
  });

  it("are not asked for a code of another client, or a used one", async () => {
    const user = await signedInUser(service);
    const client = await createClient(service);
    const code = await authorizedCode(service, { user, client });
    expect(errorOf(await redeem(service, failing, code))).toBe("invalid_grant");
    const ofFailing = await authorizeClient(unbound, failing);
    expect(errorOf(await redeem(service, failing, ofFailing))).toBe("invalid_grant");
    // The replay has ended the family.
    expect(errorOf(await refresh(unbound, failing, ofFailing.refresh_token))).toBe("invalid_grant");
  });
});

describe("a failure of the team's Worker", () => {
  it("refuses a code, which can be redeemed afterwards", async () => {
    const code = await authorizedCode(service, { user: await signedInUser(service), client: recovering });
    expectUnavailable(await redeem(service, recovering, code));
    expect(service.log.at(-1)).toMatchObject({ providerErrors: ["claims: unreachable"] });
    expect(claimsOf(await redeem(service, recovering, code))).toMatchObject({ "acme:plan": "pro" });
  });

  it("refuses a refresh token, which stays the current one", async () => {
    const { refresh_token: token } = await authorizeClient(unbound, recovering);
    expectUnavailable(await refresh(service, recovering, token));
    // After the grace period only the current token is accepted.
    clock.advance(60_000);
    expect(claimsOf(await refresh(service, recovering, token))).toMatchObject({ "acme:plan": "pro" });
  });

  it("refuses a machine", async () => {
    const request = { grant_type: "client_credentials", resource: NOTES, scope: "notes:read" };
    expectUnavailable(await requestTokens(service, recovering, request));
    expect(claimsOf(await requestTokens(service, recovering, request))).toMatchObject({ "acme:plan": "pro" });
  });

  it("refuses a device, which gets its tokens at the next poll", async () => {
    const { email } = await registerVerifiedUser(service);
    const device = await startDevice(service, recovering);
    await decide(await signedInPageBrowser(service, email), device);
    expectUnavailable(await pollDevice(service, recovering, device));
    expect(claimsOf(await pollDevice(service, recovering, device))).toMatchObject({ "acme:plan": "pro" });
  });

  it("leaves the claims out by configuration", async () => {
    const code = await authorizedCode(service, { user: await signedInUser(service), client: failing });
    expectUnavailable(await redeem(service, failing, code));
    const claims = claimsOf(await redeem(open, failing, code));
    expect(claims).toMatchObject({ client_id: failing.id, aud: [NOTES, expect.any(String)] });
    expect(Object.keys(claims).filter((name) => name.startsWith("acme:"))).toEqual([]);
  });
});
