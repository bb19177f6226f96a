import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { D1Database } from "@cloudflare/workers-types";
import type { TestProject } from "vitest/node";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../../scripts/shared/run-wrangler.ts";
import { ASSISTANT, serveClientDocuments } from "./client-documents.ts";
import { mcpResource, RESOURCES } from "./resources.ts";

declare module "vitest" {
  interface ProvidedContext {
    clientsService: ClientsService;
  }
}

type ClientsService = {
  /** PUBLIC_URL of the service, where it listens. */
  readonly issuer: string;
  /** Executes a statement in the database of the service: POST `{ sql, params }`. */
  readonly databaseUrl: string;
  /** The URL of the MCP server (examples/mcp), which is a resource of the service. */
  readonly mcpUrl: string;
};

/**
 * Global setup of the "clients" tests: one service for all files, at the URL that is its issuer. A server of this process
 * forwards to workerd, because the port of workerd is known only after its configuration.
 */
export default async function startService(project: TestProject) {
  Object.assign(process.env, wranglerEnvironment);
  const stopServing = serveClientDocuments();
  const [service, mcp] = [createFront(), createFront()];
  const issuer = await listen(service.server);
  const mcpUrl = `${await listen(mcp.server)}/mcp`;
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        // As secrets they win over a developer's .dev.vars, which the harness reads too.
        secrets: {
          ENVIRONMENT: "development",
          PUBLIC_URL: issuer,
          AUTH_SECRET: "a test's root secret, 32 bytes or more",
          RESOURCES: JSON.stringify([...RESOURCES, mcpResource(mcpUrl)]),
          CLIENT_METADATA_DOCUMENTS: "allowlist",
          CLIENT_METADATA_HOSTS: new URL(ASSISTANT).host,
          MAIL_PROVIDER: "mailbox",
          MAIL_FROM: "Gatehouse <no-reply@example.test>",
          PASSWORD_HASH_BLOCKS: "1",
          RATE_LIMITS: "off",
        },
      },
      { configPath: "examples/mcp/wrangler.toml", vars: { GATEHOUSE_URL: issuer, RESOURCE: mcpUrl } },
    ],
  });
  const { url } = await harness.listen();
  service.forwardTo((incoming, outgoing) => pipe(url.origin, incoming, outgoing));
  mcp.forwardTo(async (incoming, outgoing) => {
    const { method = "GET", headers, url: path } = incoming;
    const body = Buffer.concat(await incoming.toArray());
    const response = await harness.getWorker("notes-mcp").fetch(new URL(path ?? "", mcpUrl).href, {
      method,
      headers: headers as Record<string, string>,
      body: body.length === 0 ? null : body,
    });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  const worker = harness.getWorker<{ DB: D1Database }>("gatehouse");
  await worker.applyD1Migrations("DB");
  const { DB } = await worker.getEnv();
  const database = createServer((incoming, outgoing) => {
    execute(DB, incoming).then(
      (rows) => outgoing.end(JSON.stringify(rows)),
      (cause) => outgoing.writeHead(500).end(String(cause)),
    );
  });
  project.provide("clientsService", { issuer, mcpUrl, databaseUrl: await listen(database) });
  return async () => {
    await Promise.all([service.server, mcp.server, database].map(close));
    await harness.close();
    stopServing();
  };
}

type Forward = (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>;

/** A server that listens before it knows where its requests go. */
function createFront() {
  let forward: Forward = (_, outgoing) => void outgoing.writeHead(503).end();
  const server = createServer(async (incoming, outgoing) => {
    try {
      await forward(incoming, outgoing);
    } catch {
      outgoing.destroy();
    }
  });
  return {
    server,
    forwardTo: (to: Forward): void => {
      forward = to;
    },
  };
}

function pipe(origin: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const forwarded = request(`${origin}${url}`, { method, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  forwarded.once("error", () => outgoing.destroy());
  incoming.pipe(forwarded);
}

async function execute(db: D1Database, body: IncomingMessage): Promise<unknown[]> {
  const { sql, params } = JSON.parse(Buffer.concat(await body.toArray()).toString());
  return db
    .prepare(sql)
    .bind(...params)
    .raw();
}

/** An origin with the name `localhost`, to which the tests' browser may connect. */
async function listen(server: Server): Promise<string> {
  // By default Node closes an idle connection after five seconds, which races with its reuse.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
