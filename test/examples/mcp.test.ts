import { type OAuthClientProvider, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { startProvider } from "../unit/client/openid-provider.ts";

// examples/mcp in workerd, with the MCP SDK's client and a certified OpenID provider.

const RESOURCE = "https://mcp.example.com/mcp";
const CALLBACK = "http://127.0.0.1:33418/callback";

let harness: ReturnType<typeof createTestHarness>;
let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  Object.assign(process.env, wranglerEnvironment);
  provider = await startProvider({ resource: RESOURCE, redirectUris: [CALLBACK] });
  harness = createTestHarness({
    workers: [{ configPath: "examples/mcp/wrangler.toml", vars: { GATEHOUSE_URL: provider.url } }],
  });
  await harness.listen();
});
afterAll(async () => {
  await harness?.close();
  await provider?.close();
});

/** Requests to the MCP server go to the Worker, all others to the network. */
async function fetchAny(url: string | URL, init?: RequestInit): Promise<Response> {
  if (new URL(url).origin !== new URL(RESOURCE).origin) return fetch(url, init);
  // The harness declares its own fetch types.
  return (await harness.getWorker("notes-mcp").fetch(String(url), init as never)) as unknown as Response;
}

/** An MCP client with the memory of one user. */
function openAssistant({ keepsRefreshToken = true } = {}) {
  const memory: { tokens?: OAuthTokens; verifier?: string; redirect?: URL } = {};
  const authProvider: OAuthClientProvider = {
    redirectUrl: CALLBACK,
    clientMetadata: { redirect_uris: [CALLBACK], client_name: "Assistant" },
    clientInformation: () => ({ client_id: "public" }),
    tokens: () => memory.tokens,
    saveTokens: ({ refresh_token, ...tokens }) => {
      memory.tokens = keepsRefreshToken ? { ...tokens, refresh_token } : tokens;
    },
    redirectToAuthorization: (redirect) => void Object.assign(memory, { redirect }),
    saveCodeVerifier: (verifier) => void Object.assign(memory, { verifier }),
    codeVerifier: () => memory.verifier ?? "",
  };
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(RESOURCE), { authProvider, fetch: fetchAny });

  /** Runs a request. When the server asks for authorization, the user gives it, and the request is repeated. */
  async function withAuthorization<T>(run: (client: Client) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const transport = newTransport();
      const client = new Client({ name: "assistant", version: "1.0.0" });
      try {
        await client.connect(transport);
        return await run(client);
      } catch (cause) {
        if (!(cause instanceof UnauthorizedError) || attempt > 1) throw cause;
        const back = new URL(await provider.follow(String(memory.redirect)));
        await transport.finishAuth(back.searchParams.get("code") ?? "");
      } finally {
        await client.close();
      }
    }
  }
  return { memory, withAuthorization };
}

const call =
  (name: string, args: Record<string, unknown> = {}) =>
  (client: Client) =>
    client.callTool({ name, arguments: args });

describe("examples/mcp", () => {
  it("names its metadata document to a client without a token", async () => {
    const answer = await fetchAny(RESOURCE, { method: "POST", body: "{}" });
    expect(answer.status).toBe(401);
    const metadata = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
    expect(answer.headers.get("WWW-Authenticate")).toBe(
      `Bearer scope="notes:read", resource_metadata="${metadata}"`,
    );
    expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("WWW-Authenticate");
    expect(await (await fetchAny(metadata)).json()).toMatchObject({
      resource: RESOURCE,
      authorization_servers: [provider.url],
    });
  });

  it("lets the MCP SDK's client sign in, with the scope of the challenge, and call a tool", async () => {
    const { memory, withAuthorization } = openAssistant();
    const { tools } = await withAuthorization((client) => client.listTools());
    expect(tools.map(({ name }) => name)).toEqual(["list_notes", "add_note"]);
    expect(memory.redirect?.searchParams.get("resource")).toBe(RESOURCE);
    expect(memory.redirect?.searchParams.get("scope")).toBe("notes:read");
    expect(await withAuthorization(call("list_notes"))).toMatchObject({
      content: [{ type: "text" }],
    });
  });

  it("asks for another scope when a tool needs it", async () => {
    // With a refresh token, this version of the SDK refreshes instead of asking the user.
    const { memory, withAuthorization } = openAssistant({ keepsRefreshToken: false });
    await withAuthorization((client) => client.listTools());
    expect(memory.redirect?.searchParams.get("scope")).toBe("notes:read");
    const added = await withAuthorization(call("add_note", { text: "milk" }));
    expect(memory.redirect?.searchParams.get("scope")).toBe("notes:read notes:write");
    expect(added).toMatchObject({ content: [{ type: "text", text: "Saved." }] });
    expect(await withAuthorization(call("list_notes"))).toMatchObject({
      content: [{ text: expect.stringContaining("milk") }],
    });
  });

  it("refuses a forged token", async () => {
    const Authorization = "Bearer eyJhbGciOiJFUzI1NiJ9.e30.AA";
    const answer = await fetchAny(RESOURCE, { method: "POST", headers: { Authorization }, body: "{}" });
    expect([answer.status, answer.headers.get("WWW-Authenticate")]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ]);
  });

  it("offers no stream", async () => {
    const { memory, withAuthorization } = openAssistant();
    await withAuthorization((client) => client.listTools());
    const headers = { Authorization: `Bearer ${memory.tokens?.access_token}` };
    expect((await fetchAny(RESOURCE, { headers })).status).toBe(405);
  });
});
