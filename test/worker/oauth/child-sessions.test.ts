import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../support/browser.ts";
import { APP_ORIGIN, authorizationCodeIn, clientAppUrl, exchange } from "../../support/client-app.ts";
import { signedInPageBrowser } from "../../support/pages.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { CODE_VERIFIER } from "../../support/social/client-application.ts";
import { APP } from "../../support/social/providers.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService({
  env: { ALLOWED_RETURN_URLS: APP, ALLOWED_ORIGINS: APP_ORIGIN },
  clock: createTestClock(),
});

describe("child session of a client application", () => {
  const codeOf = async (email: string) =>
    authorizationCodeIn(await (await signedInPageBrowser(service, email)).visit(clientAppUrl("/sign-in")));

  it("returns no device token for an unknown device", async () => {
    const { email } = await registerVerifiedUser(service);
    const { body } = await exchange(service, await codeOf(email));
    expect(body.data.user.email).toBe(email);
    expect(body.data).not.toHaveProperty("deviceToken");
    const otherDeviceToken = (
      await service.post("/login", { email: (await registerVerifiedUser(service)).email, password: PASSWORD })
    ).body.data.deviceToken;
    for (const deviceToken of [otherDeviceToken, "made-up"]) {
      const answer = await exchange(service, await codeOf(email), { deviceToken });
      expect(answer.status).toBe(200);
      expect(answer.body.data).not.toHaveProperty("deviceToken");
    }
  });

  it("returns the device token of a known device unchanged", async () => {
    const { email } = await registerVerifiedUser(service);
    const { deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    service.clock.advance(60_000);
    const answer = await exchange(service, await codeOf(email), { deviceToken });
    expect(answer.body.data.deviceToken).toBe(deviceToken);
    const knownSince = decodeJwt(deviceToken).known;
    await env.DB.prepare("UPDATE accounts SET devices_known_since = ? WHERE email = ?")
      .bind(Number(knownSince) + 1, email)
      .run();
    const later = await exchange(service, await codeOf(email), { deviceToken });
    expect([later.status, "deviceToken" in later.body.data]).toEqual([200, false]);
  });

  it("sets no cookies, and returns no device token over RPC unless the device is known", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openBrowser(service, APP_ORIGIN);
    const fields = { codeVerifier: CODE_VERIFIER };
    const answer = await browser.write("POST", "/exchange", { ...fields, code: await codeOf(email) });
    expect([answer.status, browser.jar.has("__Host-gh_refresh")]).toEqual([200, false]);
    expect(browser.jar.has("__Host-gh_device")).toBe(false);
    const client = { ip: null, userAgent: null };
    const input = { code: await codeOf(email), codeVerifier: CODE_VERIFIER, client };
    const signedIn = await createRpcCaller(service).call("exchangeCode", input);
    expect([signedIn.ok, "deviceToken" in signedIn]).toEqual([true, false]);
    const { deviceToken } = (await service.post("/login", { email, password: PASSWORD })).body.data;
    const withDevice = { ...input, code: await codeOf(email), client: { ...client, deviceToken } };
    expect(await createRpcCaller(service).call("exchangeCode", withDevice)).toMatchObject({
      ok: true,
      deviceToken,
    });
  });
});
