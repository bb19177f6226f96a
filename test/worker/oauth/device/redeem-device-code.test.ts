import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { createDeviceClient, decide, deviceRows, pollDevice, startDevice } from "../../../support/devices.ts";
import {
  errorOf,
  familyOf,
  NOTES,
  RESOURCE_VARIABLES,
  refresh,
  requestTokens,
  type TestClient,
  tokensOf,
  USERINFO,
} from "../../../support/oauth.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { type ApiResponse, createTestClock, startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: RESOURCE_VARIABLES });
const SECOND = 1000;

let client: TestClient;
beforeAll(async () => {
  client = await createDeviceClient(service);
});

/** A device that a user has allowed in a browser. */
async function allowedDevice(form?: Record<string, string>, of = client) {
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  const device = await startDevice(service, of, form);
  const answer = await decide(browser, device);
  expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account"]);
  return { email, browser, device };
}

const sessionRow = (id: string) =>
  env.DB.prepare("SELECT * FROM sessions WHERE id = ?").bind(id).first<Record<string, unknown>>();

/** The number of an account's sessions of clients. */
const familiesOf = (accountId: string | undefined) =>
  env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE account_id = ? AND grant_id IS NOT NULL")
    .bind(accountId)
    .first<number>("n");

describe("a poll of the token endpoint", () => {
  it("is pending until the user decides, and then gets tokens", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const device = await startDevice(service, client);
    const pending = await pollDevice(service, client, device);
    expect([pending.status, errorOf(pending)]).toEqual([400, "authorization_pending"]);
    expect(pending.headers.get("Cache-Control")).toBe("no-store");
    expect(service.log.at(-1)?.d1).toBe(2);
    await decide(browser, device);
    const tokens = tokensOf(await pollDevice(service, client, device));
    expect(service.log.at(-1)?.d1).toBe(2);
    expect(tokens.scope).toBe("notes:read openid");
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({
      client_id: client.id,
      aud: [NOTES, USERINFO],
      scope: "notes:read openid",
    });
    expect(decodeJwt(tokens.id_token)).toMatchObject({ aud: client.id, sid: claims.sid, sub: claims.sub });
    expect(decodeJwt(tokens.id_token).nonce).toBeUndefined();
    tokensOf(await refresh(service, client, tokens.refresh_token));
  });

  it("opens a family that belongs to the browser session, and ends with it", async () => {
    const { browser, device } = await allowedDevice();
    const tokens = tokensOf(await pollDevice(service, client, device));
    const family = familyOf(tokens.access_token);
    const row = await sessionRow(family);
    expect(row).toMatchObject({ client_id: client.id, scope: "notes:read openid", audience: NOTES });
    expect(row).toMatchObject({ amr: "pwd", code_claim: expect.any(String) });
    const parent = await sessionRow(String(row?.parent_id));
    expect(row?.expires_at).toBe(parent?.expires_at);
    expect(row?.auth_time).toBe(parent?.auth_time);
    const grant = await env.DB.prepare("SELECT * FROM oauth_grants WHERE id = ?").bind(row?.grant_id).first();
    expect(grant).toMatchObject({ client_id: client.id, resource: NOTES, redirect_host: "" });
    await browser.submit(await browser.visit("/sign-out"));
    expect(errorOf(await refresh(service, client, tokens.refresh_token))).toBe("invalid_grant");
  });

  it("opens one that outlives the browser session with offline_access", async () => {
    const { browser, device } = await allowedDevice({ resource: NOTES, scope: "notes:read offline_access" });
    const tokens = tokensOf(await pollDevice(service, client, device));
    expect(await sessionRow(familyOf(tokens.access_token))).toMatchObject({ parent_id: null });
    await browser.submit(await browser.visit("/sign-out"));
    tokensOf(await refresh(service, client, tokens.refresh_token));
  });

  it("of 50 parallel ones exactly one gets tokens", async () => {
    const { device } = await allowedDevice();
    const answers = await Promise.all(Array.from({ length: 50 }, () => pollDevice(service, client, device)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const tokens = tokensOf(won[0] as ApiResponse);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(errorOf))).toEqual(
      new Set(["invalid_grant"]),
    );
    // The losers have ended nothing: none of them proves that the code was stolen.
    tokensOf(await refresh(service, client, tokens.refresh_token));
    expect(await familiesOf(decodeJwt(tokens.access_token).sub)).toBe(1);
  });

  it("gets invalid_grant after the code was used, and ends nothing", async () => {
    const { device } = await allowedDevice();
    const tokens = tokensOf(await pollDevice(service, client, device));
    expect(errorOf(await pollDevice(service, client, device))).toBe("invalid_grant");
    tokensOf(await refresh(service, client, tokens.refresh_token));
  });

  it("by another client gets invalid_grant, and changes nothing", async () => {
    const { device } = await allowedDevice();
    const other = await createDeviceClient(service);
    expect(errorOf(await pollDevice(service, other, device))).toBe("invalid_grant");
    tokensOf(await pollDevice(service, client, device));
  });

  it("of a client that has lost the grant type is refused", async () => {
    const former = await createDeviceClient(service);
    const { device } = await allowedDevice(undefined, former);
    await env.DB.prepare("UPDATE oauth_clients SET grant_types = '[\"refresh_token\"]' WHERE id = ?")
      .bind(former.id)
      .run();
    expect(errorOf(await pollDevice(service, former, device))).toBe("unauthorized_client");
  });

  it("without a device code, or with an unknown one, is refused", async () => {
    const form = { grant_type: "urn:ietf:params:oauth:grant-type:device_code" };
    expect(errorOf(await requestTokens(service, client, form))).toBe("invalid_request");
    expect(errorOf(await pollDevice(service, client, { device_code: "unknown" }))).toBe("invalid_grant");
  });

  it("gets no token by a refresh token of a client without that grant type", async () => {
    const once = await createDeviceClient(service, {
      grantTypes: ["urn:ietf:params:oauth:grant-type:device_code"],
    });
    const { device } = await allowedDevice(undefined, once);
    expect(tokensOf(await pollDevice(service, once, device))).not.toHaveProperty("refresh_token");
  });
});

describe("the pace of polling", () => {
  const waiting = async () => {
    const own = startService({ env: RESOURCE_VARIABLES, clock: createTestClock() });
    const of = await createDeviceClient(own);
    const device = await startDevice(own, of);
    const poll = async () => errorOf(await pollDevice(own, of, device));
    const interval = async () => (await deviceRows(of))[0]?.interval;
    return { clock: own.clock, poll, interval };
  };

  it("is slowed down by five seconds for each poll that comes too soon", async () => {
    const { clock, poll, interval } = await waiting();
    expect(await poll()).toBe("authorization_pending");
    clock.advance(5 * SECOND);
    expect(await poll()).toBe("authorization_pending");
    clock.advance(3 * SECOND);
    expect(await poll()).toBe("slow_down");
    expect(await interval()).toBe(10);
    clock.advance(5 * SECOND);
    expect(await poll()).toBe("slow_down");
    clock.advance(15 * SECOND);
    expect(await poll()).toBe("authorization_pending");
    expect(await interval()).toBe(15);
  });

  it("tolerates a second", async () => {
    const { clock, poll } = await waiting();
    await poll();
    clock.advance(4 * SECOND);
    expect(await poll()).toBe("authorization_pending");
    clock.advance(4 * SECOND - 1);
    expect(await poll()).toBe("slow_down");
  });

  it("counts parallel polls exactly", async () => {
    const { poll, interval } = await waiting();
    const errors = await Promise.all(Array.from({ length: 50 }, poll));
    expect(errors.filter((error) => error === "authorization_pending")).toHaveLength(1);
    expect(errors.filter((error) => error === "slow_down")).toHaveLength(49);
    expect(await interval()).toBe(5 + 49 * 5);
  });

  it("does not matter for an approved request", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const device = await startDevice(service, client);
    for (let polls = 0; polls < 3; polls++) await pollDevice(service, client, device);
    await decide(browser, device);
    tokensOf(await pollDevice(service, client, device));
  });
});

describe("a request that ends before its poll", () => {
  it("is denied", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const device = await startDevice(service, client);
    await decide(browser, device, "deny");
    const denied = await pollDevice(service, client, device);
    expect([denied.status, errorOf(denied)]).toEqual([400, "access_denied"]);
  });

  it("expires after ten minutes, approved or not", async () => {
    const own = startService({ env: RESOURCE_VARIABLES, clock: createTestClock() });
    const of = await createDeviceClient(own);
    const { email } = await registerVerifiedUser(own);
    const browser = await signedInPageBrowser(own, email);
    const [approved, pending] = [await startDevice(own, of), await startDevice(own, of)];
    await decide(browser, approved);
    own.clock.advance(600 * SECOND - 1);
    expect(errorOf(await pollDevice(own, of, pending))).toBe("authorization_pending");
    own.clock.advance(1);
    expect(errorOf(await pollDevice(own, of, pending))).toBe("expired_token");
    expect(errorOf(await pollDevice(own, of, approved))).toBe("expired_token");
  });

  it("gets nothing once the browser session has ended, not even with offline_access", async () => {
    for (const scope of ["notes:read", "notes:read offline_access"]) {
      const { browser, device } = await allowedDevice({ resource: NOTES, scope });
      await browser.submit(await browser.visit("/sign-out"));
      expect(errorOf(await pollDevice(service, client, device))).toBe("access_denied");
    }
  });

  it("gets nothing once the account is deactivated", async () => {
    const { email, device } = await allowedDevice();
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
    expect(errorOf(await pollDevice(service, client, device))).toBe("access_denied");
  });

  it("gets nothing once the consent is revoked", async () => {
    const own = await createDeviceClient(service);
    const { device } = await allowedDevice(undefined, own);
    await env.DB.prepare("DELETE FROM oauth_grants WHERE client_id = ?").bind(own.id).run();
    expect(errorOf(await pollDevice(service, own, device))).toBe("invalid_grant");
  });
});
