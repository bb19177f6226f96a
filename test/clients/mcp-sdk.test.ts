import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type OAuthClientProvider, UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { decodeJwt } from "jose";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { serveBrowser } from "../../scripts/shared/launch-browser.ts";
import { newVisitor } from "../browser/support/visitor.ts";
import { ASSISTANT } from "./support/client-documents.ts";
import { openUserAgent } from "./support/user-agent.ts";
import { newUser, type User } from "./support/users.ts";

// The MCP SDK's client, examples/mcp in workerd, and the service. The client has never seen any of them: it is identified
// by its metadata document (draft-ietf-oauth-client-id-metadata-document).

let user: User;
beforeAll(async () => {
  user = await newUser();
});

/** The part of an assistant that receives the browser: a server of the user's own machine (RFC 8252 §7.3). */
async function startCallbackServer() {
  const { promise, resolve } = Promise.withResolvers<URLSearchParams>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    response
      .writeHead(200, { "Content-Type": "text/html" })
      .end("<title>Done</title><p>You may close this.</p>");
    if (url.pathname === "/callback") resolve(url.searchParams);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, url: `${origin}/callback`, parameters: promise };
}

type Memory = { tokens?: OAuthTokens; verifier?: string; redirect?: URL; clientId?: string };

/** An assistant of one user. `redirectUrl` is where it receives the browser. An older one has no metadata document. */
function openAssistant(redirectUrl: string, { hasDocument = true } = {}) {
  const memory: Memory = {};
  const authProvider: OAuthClientProvider = {
    redirectUrl,
    ...(hasDocument ? { clientMetadataUrl: ASSISTANT } : {}),
    clientMetadata: {
      redirect_uris: [redirectUrl],
      client_name: "Assistant",
      token_endpoint_auth_method: "none",
    },
    clientInformation: () => (memory.clientId === undefined ? undefined : { client_id: memory.clientId }),
    saveClientInformation: ({ client_id }) => void Object.assign(memory, { clientId: client_id }),
    tokens: () => memory.tokens,
    saveTokens: (tokens) => void Object.assign(memory, { tokens }),
    redirectToAuthorization: (redirect) => void Object.assign(memory, { redirect }),
    saveCodeVerifier: (verifier) => void Object.assign(memory, { verifier }),
    codeVerifier: () => memory.verifier ?? "",
  };
  const newTransport = () =>
    new StreamableHTTPClientTransport(new URL(inject("clientsService").mcpUrl), { authProvider });

  /** Connects and calls a tool. Throws UnauthorizedError when the user has to authorize first. */
  async function callTool(name: string, args: Record<string, unknown> = {}) {
    const client = new Client({ name: "assistant", version: "1.0.0" });
    try {
      await client.connect(newTransport());
      return await client.callTool({ name, arguments: args });
    } finally {
      await client.close();
    }
  }

  return {
    memory,
    callTool,
    finish: (parameters: URLSearchParams) => newTransport().finishAuth(parameters.get("code") ?? ""),
  };
}

describe("an MCP client that has never seen the server", () => {
  it("goes from 401 to a tool call, by its metadata document, with the consent page in a browser", async () => {
    const { issuer, mcpUrl } = inject("clientsService");
    const callback = await startCallbackServer();
    const assistant = openAssistant(callback.url);
    await expect(assistant.callTool("list_notes")).rejects.toThrow(UnauthorizedError);
    const { redirect } = assistant.memory;
    expect(redirect?.origin).toBe(issuer);
    expect(Object.fromEntries(redirect?.searchParams ?? [])).toMatchObject({
      client_id: ASSISTANT,
      resource: mcpUrl,
      scope: "notes:read",
      code_challenge_method: "S256",
    });

    const server = await serveBrowser();
    onTestFinished(() => server.close());
    const browser = await chromium.connect(server.wsEndpoint());
    const { page, problems } = await newVisitor(browser, [issuer, callback.origin]);
    await page.goto(String(redirect));
    await page.getByLabel("Email").fill(user.email);
    await page.getByLabel("Password", { exact: true }).fill(user.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Allow access" }).waitFor();
    const text = await page.getByRole("main").textContent();
    expect(text).toContain("Assistant");
    expect(text).toContain(new URL(ASSISTANT).host);
    expect(text).toContain("Read your notes");
    expect(text).toContain(user.email);
    expect(text).toContain("127.0.0.1");
    // RFC 8252 §8.6: every program of the device could receive the code.
    await expect(page.locator(".alert").textContent()).resolves.toMatch(/\w/);
    await page.getByRole("button", { name: "Allow" }).click();
    const parameters = await callback.parameters;
    expect(parameters.get("iss")).toBe(issuer);
    await page.getByText("You may close this.").waitFor();
    expect(problems).toEqual([]);

    await assistant.finish(parameters);
    expect(await assistant.callTool("list_notes")).toMatchObject({ content: [{ type: "text" }] });
    expect(decodeJwt(assistant.memory.tokens?.access_token ?? "")).toMatchObject({
      iss: issuer,
      aud: mcpUrl,
      sub: user.id,
      client_id: ASSISTANT,
      scope: "notes:read",
    });
  });
});

describe("an MCP client", () => {
  const CALLBACK = "http://127.0.0.1:33418/callback";

  /** The user authorizes in a browser. */
  async function authorize({ memory, finish }: ReturnType<typeof openAssistant>, agent = openUserAgent()) {
    const { url, asked } = await agent.authorize(memory.redirect ?? "", user);
    await finish(url.searchParams);
    return asked;
  }

  async function authorized() {
    const [assistant, agent] = [openAssistant(CALLBACK), openUserAgent()];
    await expect(assistant.callTool("list_notes")).rejects.toThrow(UnauthorizedError);
    await authorize(assistant, agent);
    return { assistant, agent };
  }

  it("refreshes by itself when its access token is no longer accepted", async () => {
    const { assistant } = await authorized();
    const before = assistant.memory.tokens;
    assistant.memory.tokens = { ...before, access_token: "expired", token_type: "Bearer" };
    expect(await assistant.callTool("list_notes")).toMatchObject({ content: [{ type: "text" }] });
    expect(assistant.memory.tokens.refresh_token).not.toBe(before?.refresh_token);
  });

  it("is asked for more scopes by a tool, and the user for the consent", async () => {
    const { assistant, agent } = await authorized();
    // With a refresh token, the SDK refreshes instead of asking the user.
    const { refresh_token: _, ...tokens } = assistant.memory.tokens ?? { access_token: "", token_type: "" };
    assistant.memory.tokens = tokens;
    await expect(assistant.callTool("add_note", { text: "milk" })).rejects.toThrow(UnauthorizedError);
    expect(assistant.memory.redirect?.searchParams.get("scope")).toBe("notes:read notes:write");
    expect(await authorize(assistant, agent)).toEqual(["consent"]);
    expect(await assistant.callTool("add_note", { text: "milk" })).toMatchObject({
      content: [{ text: "Saved." }],
    });
  });

  it("asks the user each time, since its redirect URI proves nothing", async () => {
    const { agent } = await authorized();
    const another = openAssistant(CALLBACK);
    await expect(another.callTool("list_notes")).rejects.toThrow(UnauthorizedError);
    expect(await authorize(another, agent)).toEqual(["consent"]);
  });

  it("without a metadata document registers itself (RFC 7591)", async () => {
    const assistant = openAssistant(CALLBACK, { hasDocument: false });
    await expect(assistant.callTool("list_notes")).rejects.toThrow(UnauthorizedError);
    expect(assistant.memory.clientId).not.toBe(ASSISTANT);
    expect(await authorize(assistant)).toEqual(["sign_in", "consent"]);
    expect(await assistant.callTool("list_notes")).toMatchObject({ content: [{ type: "text" }] });
    expect(decodeJwt(assistant.memory.tokens?.access_token ?? "").client_id).toBe(assistant.memory.clientId);
  });

  it("gets no token for another resource, and none that the API accepts", async () => {
    const { issuer } = inject("clientsService");
    const { assistant, agent } = await authorized();
    const url = new URL(assistant.memory.redirect ?? "");
    for (const resource of ["https://notes.example.com/api", `${issuer}/api/auth`]) {
      url.searchParams.set("resource", resource);
      // The error leads to the host of a client that has registered itself only by a click.
      const page = await agent.open(url);
      expect(page.url.pathname).toBe("/oauth/continue");
      expect(page.text).toContain("error=invalid_target");
      expect(page.text).not.toContain('http-equiv="refresh"');
    }
    const headers = { Authorization: `Bearer ${assistant.memory.tokens?.access_token}` };
    expect((await fetch(`${issuer}/api/auth/me`, { headers })).status).toBe(401);
  });

  it("is unknown without an allowed, valid document (SSRF by client id)", async () => {
    const { agent, assistant } = await authorized();
    const url = new URL(assistant.memory.redirect ?? "");
    for (const clientId of [
      `${ASSISTANT}?other`,
      "https://other.example.com/client.json",
      "https://127.0.0.1/client.json",
      "https://169.254.169.254/latest/meta-data",
      "https://assistant.example.com:8443/client.json",
      "https://user@assistant.example.com/client.json",
      "http://assistant.example.com/client.json",
    ]) {
      url.searchParams.set("client_id", clientId);
      const page = await agent.open(url);
      expect([page.status, page.url.origin]).toEqual([400, inject("clientsService").issuer]);
    }
  });
});
