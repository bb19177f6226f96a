import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { D1Database } from "@cloudflare/workers-types";
import type { TestProject } from "vitest/node";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../../scripts/shared/run-wrangler.ts";
import { RESOURCES } from "./resources.ts";

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
};

/**
 * Global setup of the "clients" tests: one service for all files, at the URL that is its issuer. A server of this process
 * forwards to workerd, because the port of workerd is known only after its configuration.
 */
export default async function startService(project: TestProject) {
  Object.assign(process.env, wranglerEnvironment);
  let upstream = "";
  const front = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const forwarded = request(`${upstream}${url}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    forwarded.once("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  const issuer = await listen(front);
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        // As secrets they win over a developer's .dev.vars, which the harness reads too.
        secrets: {
          ENVIRONMENT: "development",
          PUBLIC_URL: issuer,
          AUTH_SECRET: "a test's root secret, 32 bytes or more",
          RESOURCES: JSON.stringify(RESOURCES),
          MAIL_PROVIDER: "mailbox",
          MAIL_FROM: "Gatehouse <no-reply@example.test>",
          PASSWORD_HASH_BLOCKS: "1",
          RATE_LIMITS: "off",
        },
      },
    ],
  });
  const { url } = await harness.listen();
  upstream = url.origin;
  const worker = harness.getWorker<{ DB: D1Database }>("gatehouse");
  await worker.applyD1Migrations("DB");
  const { DB } = await worker.getEnv();
  const database = createServer((incoming, outgoing) => {
    execute(DB, incoming).then(
      (rows) => outgoing.end(JSON.stringify(rows)),
      (cause) => outgoing.writeHead(500).end(String(cause)),
    );
  });
  project.provide("clientsService", { issuer, databaseUrl: await listen(database) });
  return async () => {
    await Promise.all([close(front), close(database)]);
    await harness.close();
  };
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
