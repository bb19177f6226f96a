import { describe, expect, it } from "vitest";
import type { Client } from "../../../../src/oauth/clients/client.ts";
import {
  authorizationQuery,
  codesOf,
  continuedUrl,
  redirectTo,
  STATE,
} from "../../../support/authorization-requests.ts";
import type { TestClient } from "../../../support/oauth.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });
const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);

type Push = { readonly parameters?: Record<string, string | undefined>; readonly secret?: string | null };

async function push(client: TestClient, { parameters, secret = client.secret }: Push = {}) {
  const headers: Record<string, string> = { "Content-Type": "application/x-www-form-urlencoded" };
  if (secret !== null) headers.Authorization = `Basic ${btoa(`${client.id}:${secret}`)}`;
  const body = authorizationQuery(client, parameters).toString();
  const answer = await service.call("POST", "/oauth/par", body, undefined, headers);
  return { ...answer, json: JSON.parse(answer.text) as Record<string, string | number> };
}

const pushed = (client: Client, requestUri: unknown, more: Record<string, string> = {}) =>
  `/oauth/authorize?${new URLSearchParams({ client_id: client.id, request_uri: String(requestUri), ...more })}`;

describe("POST /oauth/par", () => {
  it("stores the request, which the browser then names by request_uri, once", async () => {
    const client = await insertClient({ isFirstParty: true, requiresPushedRequests: true });
    const { status, json, headers } = await push(client);
    expect(status).toBe(201);
    expect(Object.keys(json)).toEqual(["request_uri", "expires_in"]);
    expect(json.expires_in).toBe(600);
    expect(json.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
    expect(headers.get("Cache-Control")).toBe("no-store");
    const url = pushed(client, json.request_uri);
    const parameters = redirectTo(await browser.send("GET", url), REDIRECT_URI);
    expect(service.log.at(-1)?.d1).toBe(2);
    expect([parameters.has("code"), parameters.get("state")]).toEqual([true, STATE]);
    const again = await browser.send("GET", url);
    expect([again.status, again.text.includes("invalid_request_uri")]).toEqual([400, true]);
    expect(await codesOf(client)).toHaveLength(1);
  });

  it("refuses a request of more than 16 KiB, which would be stored", async () => {
    const client = await insertClient();
    const { status, json } = await push(client, { parameters: { claims: "a".repeat(16 * 1024) } });
    expect([status, json.error]).toEqual([400, "invalid_request"]);
  });

  it("ignores the parameters that the browser sends beside it", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { json } = await push(client);
    const url = pushed(client, json.request_uri, {
      redirect_uri: "https://evil.example/",
      scope: "notes:write",
      state: "evil",
      code_challenge: "a".repeat(43),
    });
    const parameters = redirectTo(await browser.send("GET", url), REDIRECT_URI);
    expect(parameters.get("state")).toBe(STATE);
    expect((await codesOf(client))[0]).toMatchObject({ scope: "notes:read openid" });
    expect((await codesOf(client))[0]?.code_challenge).not.toBe("a".repeat(43));
  });

  it("lasts through the sign-in and the consent, and not longer than ten minutes", async () => {
    const client = await insertClient();
    const { json } = await push(client);
    service.clock.advance(599_000);
    const page = await browser.visit(pushed(client, json.request_uri));
    expect(headingOf(page)).toBe("Allow access");
    const leading = await browser.submit(page, {}, "allow");
    expect(continuedUrl(leading)).toContain("code=");
    const second = (await push(client)).json;
    service.clock.advance(600_000);
    expect((await browser.send("GET", pushed(client, second.request_uri))).status).toBe(400);
  });

  it("is used up by a denial", async () => {
    const client = await insertClient();
    const { json } = await push(client);
    const page = await browser.visit(pushed(client, json.request_uri));
    await browser.submit(page, {}, "deny");
    expect((await browser.send("GET", pushed(client, json.request_uri))).status).toBe(400);
  });

  it("of concurrent uses one gets a code", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { json } = await push(client);
    const url = pushed(client, json.request_uri);
    await Promise.all(Array.from({ length: 8 }, () => browser.send("GET", url)));
    expect(await codesOf(client)).toHaveLength(1);
  });

  it("refuses the request_uri of another client, and an unknown one", async () => {
    const [client, other] = [await insertClient({ isFirstParty: true }), await insertClient()];
    const { json } = await push(client);
    for (const url of [
      pushed(other, json.request_uri),
      pushed(client, `urn:ietf:params:oauth:request_uri:${"a".repeat(43)}`),
    ]) {
      const answer = await browser.send("GET", url);
      expect([answer.status, answer.headers.has("Location")]).toEqual([400, false]);
      expect(answer.text).toContain("invalid_request_uri");
    }
    expect(
      redirectTo(await browser.send("GET", pushed(client, json.request_uri)), REDIRECT_URI).has("code"),
    ).toBe(true);
  });

  it.each<[string, Push, number, string]>([
    ["a wrong secret", { secret: "wrong" }, 401, "invalid_client"],
    ["no secret", { secret: null }, 401, "invalid_client"],
    ["a request_uri", { parameters: { request_uri: "urn:x" } }, 400, "invalid_request"],
    ["a request object", { parameters: { request: "e30" } }, 400, "request_not_supported"],
    [
      "a foreign redirect URI",
      { parameters: { redirect_uri: "https://evil.example" } },
      400,
      "invalid_request",
    ],
    ["no PKCE", { parameters: { code_challenge: undefined } }, 400, "invalid_request"],
    ["an unknown scope", { parameters: { scope: "evil" } }, 400, "invalid_scope"],
    ["another client's id", { parameters: { client_id: "another" } }, 401, "invalid_client"],
  ])("refuses %s", async (_name, options, status, error) => {
    const client = await insertClient();
    const answer = await push(client, options);
    expect([answer.status === 400 || answer.status === status, answer.json.request_uri]).toEqual([
      true,
      undefined,
    ]);
    if (answer.status === status) expect(answer.json.error).toBe(error);
  });

  it("a public client pushes by its id alone", async () => {
    const client = await insertClient({ type: "public", authMethod: "none", isFirstParty: true });
    const { status, json } = await push(client, { secret: null });
    expect(status).toBe(201);
    redirectTo(await browser.send("GET", pushed(client, json.request_uri)), REDIRECT_URI);
  });
});
