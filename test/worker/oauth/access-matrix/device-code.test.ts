import { describe, expect, it } from "vitest";
import { DEVICE_GRANT, decide, requestDevice } from "../../../support/devices.ts";
import { errorOf, FILES, jsonOf, requestTokens, type TestClient } from "../../../support/oauth.ts";
import { type Pages, signedInPageBrowser } from "../../../support/pages.ts";
import { registerVerifiedUser } from "../../../support/users.ts";
import {
  accessIn,
  CLIENT_NAMES,
  createMatrixClient,
  expectedAccess,
  parametersOf,
  REQUESTS,
  type Request,
  startMatrixService,
} from "./expected-access.ts";

const service = startMatrixService();

/** What a device gets that its user allows: the access of its token, or the error. */
async function accessOfDevice(browser: Pages, client: TestClient, request: Request) {
  const started = await requestDevice(service, client, parametersOf(request));
  if (started.status !== 200) return errorOf(started);
  const device = jsonOf(started) as { user_code: string; device_code: string };
  const allowed = await decide(browser, device);
  if (allowed.headers.get("Location") !== "/account") throw new Error(`the page answered ${allowed.text}`);
  // The poll belongs to one request, so that other resources and scopes beside the code count for nothing.
  const form = { grant_type: DEVICE_GRANT, device_code: device.device_code };
  const more = { resource: FILES, scope: client.scopes.join(" "), audience: "gatehouse" };
  return accessIn(await requestTokens(service, client, { ...form, ...more }));
}

describe.each(CLIENT_NAMES)("the client “%s” gets by a device code what the table says", (name) => {
  it("for each resource and scope, and nothing else", async () => {
    const client = await createMatrixClient(service, name, { grantTypes: [DEVICE_GRANT, "refresh_token"] });
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    for (const request of REQUESTS) {
      const outcome = await accessOfDevice(browser, client, request);
      expect([request, outcome]).toEqual([request, expectedAccess(name, request)]);
    }
  });
});
