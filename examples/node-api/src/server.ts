import { createServer } from "node:http";
import process from "node:process";
import { protectResource } from "gatehouse/client";

// An API in Node, without a framework: `node src/server.ts`.

const {
  GATEHOUSE_URL = "https://auth.example.com",
  RESOURCE = "https://reports.example.com",
  PORT = "8796",
} = process.env;

const api = protectResource({
  resource: RESOURCE,
  authorizationServers: [GATEHOUSE_URL],
  scopes: ["reports:read"],
  name: "Reports",
});

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", RESOURCE);
  const metadata = api.metadata(new Request(url, { method: request.method === "GET" ? "GET" : "OPTIONS" }));
  if (metadata) {
    response.writeHead(metadata.status, Object.fromEntries(metadata.headers));
    return response.end(await metadata.text());
  }
  // Programs and users may both read reports.
  const result = await api.authorize(request.headers.authorization, {
    scopes: ["reports:read"],
    callers: "all",
  });
  if (!result.ok) {
    response.writeHead(result.status, { ...result.headers, "Content-Type": "application/json" });
    return response.end(JSON.stringify({ error: result.error, error_description: result.message }));
  }
  const { token } = result;
  const caller = token.kind === "machine" ? `the program ${token.clientId}` : `the user ${token.userId}`;
  response.writeHead(200, { "Content-Type": "application/json" });
  return response.end(JSON.stringify({ report: "All is well.", caller }));
});

server.listen(Number(PORT), () => console.log(`Listening at http://localhost:${PORT}`));
