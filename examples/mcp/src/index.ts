import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { UserToken } from "gatehouse/client";
import { protectedResource, type TokenEnv } from "gatehouse/client/hono";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { READ, requiredScopes, WRITE } from "./scopes.ts";
import { createServer } from "./server.ts";

type Env = { Bindings: { GATEHOUSE_URL: string; RESOURCE: string; NOTES: KVNamespace } };

const api = protectedResource<Env>(({ env }) => ({
  resource: env.RESOURCE,
  authorizationServers: [env.GATEHOUSE_URL],
  scopes: [READ, WRITE],
  name: "Notes",
}));

const app = new Hono<Env & TokenEnv<UserToken>>();

// MCP clients in browsers read the challenge and the session from these headers.
app.use(cors({ origin: "*", exposeHeaders: ["WWW-Authenticate", "Mcp-Session-Id"] }));

// /.well-known/oauth-protected-resource tells a client where to sign in.
app.route("/", api.metadata);

// A call of a tool needs the scopes of that tool.
app.use(
  "/mcp",
  api.requireToken(async (c) => ({ scopes: requiredScopes(await c.req.json().catch(() => null)) })),
);

// Stateless: each request has a server and a transport of its own.
app.post("/mcp", async (c) => {
  const { userId } = c.var.token;
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  const server = createServer({ userId, notes: c.env.NOTES });
  await server.connect(transport);
  return transport.handleRequest(c.req.raw, { parsedBody: await c.req.json().catch(() => null) });
});

// Without sessions there is no stream to open and none to delete.
app.on(["GET", "DELETE"], "/mcp", (c) => c.text("Method Not Allowed", 405, { Allow: "POST" }));

export default app;
