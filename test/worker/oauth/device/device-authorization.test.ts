import { describe, expect, it } from "vitest";
import {
  createDeviceClient,
  DEVICE_REQUEST,
  deviceRows,
  requestDevice,
  startDevice,
} from "../../../support/devices.ts";
import {
  addSecret,
  basicOf,
  createClient,
  errorOf,
  FILES,
  jsonOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
} from "../../../support/oauth.ts";
import { createTestClock, startService } from "../../../support/service.ts";

const PATH = "/oauth/device_authorization";
const service = startService({ env: RESOURCE_VARIABLES });

describe("the device authorization endpoint", () => {
  it("answers as RFC 8628 §3.2 says, and forbids caches to store it", async () => {
    const client = await createDeviceClient(service);
    const answer = await requestDevice(service, client);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const body = jsonOf(answer);
    expect(body).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/),
      verification_uri: "http://gatehouse.test/device",
      verification_uri_complete: `http://gatehouse.test/device?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    expect(service.log.at(-1)?.d1).toBe(2);
  });

  it("stores neither of the codes", async () => {
    const client = await createDeviceClient(service);
    const { device_code, user_code } = await startDevice(service, client);
    const [row, ...others] = await deviceRows(client);
    expect(others).toEqual([]);
    const stored = JSON.stringify(row);
    for (const code of [device_code, user_code, user_code.replace("-", "")])
      expect(stored).not.toContain(code);
    expect(row).toMatchObject({ state: "pending", claim: null, account_id: null });
  });

  it("authenticates a confidential client by its method, and no other way", async () => {
    const changes = { authMethod: "client_secret_basic", type: "confidential" } as const;
    const client = await createDeviceClient(service, changes);
    const authorization = { Authorization: basicOf(client) };
    expect((await postForm(service, PATH, DEVICE_REQUEST, authorization)).status).toBe(200);
    const unauthenticated = await postForm(service, PATH, { client_id: client.id, ...DEVICE_REQUEST });
    expect([unauthenticated.status, errorOf(unauthenticated)]).toEqual([401, "invalid_client"]);
    const wrong = { Authorization: basicOf({ ...client, secret: "wrong" }) };
    const refused = await postForm(service, PATH, DEVICE_REQUEST, wrong);
    expect([refused.status, errorOf(refused)]).toEqual([401, "invalid_client"]);
    expect(refused.headers.get("WWW-Authenticate")).toMatch(/^Basic /);
    await addSecret(client.id, "another secret", service.clock.now());
    expect(await deviceRows(client)).toHaveLength(1);
  });

  it("refuses a client that is not registered for the device flow", async () => {
    const client = await createClient(service, { authMethod: "none" });
    const answer = await requestDevice(service, client);
    expect([answer.status, errorOf(answer)]).toEqual([400, "unauthorized_client"]);
    expect(await deviceRows(client)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "a resource that the client may not request",
      { resource: FILES, scope: "files:read" },
      "invalid_target",
    ],
    ["an unknown resource", { resource: "https://other.example.com", scope: "openid" }, "invalid_target"],
    ["a scope of another resource", { resource: NOTES, scope: "files:read" }, "invalid_scope"],
    ["a scope that the client may not request", { resource: NOTES, scope: "notes:write" }, "invalid_scope"],
    ["an unknown scope", { resource: NOTES, scope: "openid notes:erase" }, "invalid_scope"],
  ])("refuses %s", async (_, form, error) => {
    const scopes = ["openid", "notes:read"];
    const client = await createDeviceClient(service, { resources: [NOTES], scopes });
    const answer = await requestDevice(service, client, form);
    expect([answer.status, errorOf(answer)]).toEqual([400, error]);
    expect(await deviceRows(client)).toEqual([]);
  });

  it("takes the only resource of a client, and all its scopes, where the request names none", async () => {
    const client = await createDeviceClient(service, {
      resources: [NOTES],
      scopes: ["openid", "notes:read"],
    });
    await startDevice(service, client, {});
    expect(await deviceRows(client)).toMatchObject([{ resource: NOTES, scope: "notes:read" }]);
  });

  it("refuses repeated parameters, and a body that is no form", async () => {
    const { id } = await createDeviceClient(service);
    const repeated = await postForm(service, PATH, `client_id=${id}&scope=openid&scope=email`);
    expect([repeated.status, errorOf(repeated)]).toEqual([400, "invalid_request"]);
    const resources = await postForm(service, PATH, `client_id=${id}&resource=${NOTES}&resource=${FILES}`);
    expect(errorOf(resources)).toBe("invalid_target");
    const json = await service.call("POST", PATH, { client_id: id, scope: "openid" });
    expect([json.status, errorOf(json)]).toEqual([400, "invalid_request"]);
  });

  it("gives parallel devices codes of their own", async () => {
    const client = await createDeviceClient(service);
    const devices = await Promise.all(Array.from({ length: 20 }, () => startDevice(service, client)));
    expect(new Set(devices.map(({ user_code }) => user_code)).size).toBe(20);
    expect(new Set(devices.map(({ device_code }) => device_code)).size).toBe(20);
  });

  it("deletes requests an hour after they have expired", async () => {
    const later = startService({ env: RESOURCE_VARIABLES, clock: createTestClock() });
    const client = await createDeviceClient(later);
    await startDevice(later, client);
    later.clock.advance(69 * 60_000);
    await later.runCron("17 * * * *");
    expect(await deviceRows(client)).toHaveLength(1);
    later.clock.advance(60_000);
    await later.runCron("17 * * * *");
    expect(await deviceRows(client)).toEqual([]);
  });
});
