import { createServer, type IncomingMessage } from "node:http";
import type { D1Database } from "@cloudflare/workers-types";
import type { TestProject } from "vitest/node";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../../scripts/shared/run-wrangler.ts";
import { protectResource } from "../../../src/client/index.ts";
import { answerNotes } from "../../examples/serve-spa.ts";
import { ASSISTANT, serveClientDocuments } from "./client-documents.ts";
import { bodyOf, close, createFront, forwardTo, listen } from "./http-servers.ts";
import { apiResource, mcpResource, RESOURCES } from "./resources.ts";

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
  /** The origin of an API for the single-page app (examples/spa), which is a resource of the service. */
  readonly apiUrl: string;
};

type Urls = Pick<ClientsService, "issuer" | "mcpUrl" | "apiUrl">;

/**
 * Global setup of the "clients" tests: one service and one MCP server for all files, each at the URL that it is
 * configured with. Servers of this process forward to workerd, whose port is known only after the configuration.
 */
export default async function startService(project: TestProject) {
  Object.assign(process.env, wranglerEnvironment);
  const stopServing = serveClientDocuments();
  const [service, mcp, api] = [createFront(), createFront(), createFront()];
  const urls = {
    issuer: await listen(service.server),
    mcpUrl: `${await listen(mcp.server)}/mcp`,
    apiUrl: await listen(api.server),
  };
  const harness = createTestHarness({ workers: workersAt(urls) });
  const { url } = await harness.listen();
  service.answerBy(forwardTo(url.origin));
  const resource = { resource: urls.apiUrl, authorizationServers: [urls.issuer], scopes: ["notes:read"] };
  api.answerBy(answerNotes(protectResource(resource), null));
  mcp.answerBy(async (incoming, outgoing) => {
    const { method = "GET", headers, url: path = "" } = incoming;
    const body = await bodyOf(incoming);
    const response = await harness.getWorker("notes-mcp").fetch(new URL(path, urls.mcpUrl).href, {
      method,
      headers: headers as Record<string, string>,
      body: body.length === 0 ? null : body,
    });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  const worker = harness.getWorker<{ DB: D1Database }>("gatehouse");
  await worker.applyD1Migrations("DB");
  const database = serveDatabase((await worker.getEnv()).DB);
  project.provide("clientsService", { ...urls, databaseUrl: await listen(database) });
  return async () => {
    await Promise.all([service.server, mcp.server, api.server, database].map(close));
    await harness.close();
    stopServing();
  };
}

function workersAt({ issuer, mcpUrl, apiUrl }: Urls) {
  // As secrets they win over a developer's .dev.vars, which the harness reads too.
  const secrets = {
    ENVIRONMENT: "development",
    PUBLIC_URL: issuer,
    AUTH_SECRET: "a test's root secret, 32 bytes or more",
    RESOURCES: JSON.stringify([...RESOURCES, mcpResource(mcpUrl), apiResource(apiUrl)]),
    CLIENT_METADATA_DOCUMENTS: "allowlist",
    CLIENT_METADATA_HOSTS: new URL(ASSISTANT).host,
    CLIENT_REGISTRATION: "on",
    MAIL_PROVIDER: "mailbox",
    MAIL_FROM: "Gatehouse <no-reply@example.test>",
    PASSWORD_HASH_BLOCKS: "1",
    RATE_LIMITS: "off",
  };
  return [
    { configPath: "wrangler.toml", secrets },
    { configPath: "examples/mcp/wrangler.toml", vars: { GATEHOUSE_URL: issuer, RESOURCE: mcpUrl } },
  ];
}

const serveDatabase = (db: D1Database) =>
  createServer((incoming, outgoing) => {
    execute(db, incoming).then(
      (rows) => outgoing.end(JSON.stringify(rows)),
      (cause) => outgoing.writeHead(500).end(String(cause)),
    );
  });

async function execute(db: D1Database, incoming: IncomingMessage): Promise<unknown[]> {
  const { sql, params } = JSON.parse((await bodyOf(incoming)).toString());
  return db
    .prepare(sql)
    .bind(...params)
    .raw();
}
