import { afterEach, describe, expect, it, vi } from "vitest";
import { clock } from "../../../src/client/clock.ts";
import { machineTokens, protectResource } from "../../../src/client/index.ts";
import { openProvider, RESOURCE, SECRET } from "./openid-provider.ts";

// A program without a user, from the token request to the resource.

afterEach(() => void vi.restoreAllMocks());

async function open(clientSecret = SECRET) {
  const provider = await openProvider();
  const scopes = ["notes:read"];
  const tokens = machineTokens({
    issuer: provider.url,
    clientId: "job",
    clientSecret,
    resource: RESOURCE,
    scopes,
  });
  const api = protectResource({ resource: RESOURCE, authorizationServers: [provider.url], scopes });
  return { provider, tokens, api };
}

describe("machineTokens", () => {
  it("gets a token that the resource accepts for machines only", async () => {
    const { tokens, api } = await open();
    const header = `Bearer ${await tokens.accessToken()}`;
    const accepted = await api.authorize(header, { callers: "machines", scopes: ["notes:read"] });
    expect(accepted).toMatchObject({
      ok: true,
      token: { kind: "machine", clientId: "job", scopes: ["notes:read"] },
    });
    expect(await api.authorize(header)).toMatchObject({ ok: false, status: 403 });
    expect(await api.authorize(header, { callers: "machines", scopes: ["notes:write"] })).toMatchObject({
      status: 403,
      error: "insufficient_scope",
    });
  });

  it("requests a token again shortly before the last one expires", async () => {
    const { tokens, provider } = await open();
    const first = await tokens.accessToken();
    expect(await tokens.accessToken()).toBe(first);
    vi.spyOn(clock, "now").mockImplementation(() => Date.now() + 571_000);
    expect(await tokens.accessToken()).not.toBe(first);
    expect(provider.requests.filter(({ path }) => path === "/oauth/token")).toHaveLength(2);
  });

  it("names the refusal, and caches none", async () => {
    const { tokens, provider } = await open("wrong");
    await expect(tokens.accessToken()).rejects.toThrow("Gatehouse issued no token: invalid_client.");
    provider.does.answers["/oauth/token"] = (_request, response) => void response.writeHead(503).end();
    vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(tokens.accessToken()).rejects.toThrow("Gatehouse issued no token: unavailable.");
  });
});
