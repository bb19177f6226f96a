import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { assertMatchesContract } from "../support/openapi-contract.ts";
import { resourceList } from "../support/resources.ts";
import type { Command } from "./command.ts";

export const AUTH_SECRET = "a test's root secret, 32 bytes or more";

/** A parsed response body. Each test asserts its shape. */
// biome-ignore lint/suspicious/noExplicitAny: the tests assert the shape of each body
type Json = any;

export type Workers = Awaited<ReturnType<typeof startWorkers>>;

/**
 * Starts Gatehouse, a consumer and a broken service in workerd, each with its own wrangler.toml. The issuer is an HTTP
 * server of this process: it forwards the key set and counts the requests.
 */
export async function startWorkers() {
  Object.assign(process.env, wranglerEnvironment);
  const issuer = await startIssuer(async () => {
    const response = await harness.getWorker("gatehouse").fetch("http://gatehouse/.well-known/jwks.json");
    return response.text();
  });
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        // The harness also reads a developer's .dev.vars; secrets override it.
        secrets: {
          ENVIRONMENT: "development",
          PUBLIC_URL: issuer.url,
          AUTH_SECRET,
          RESOURCES: resourceList("notes"),
          MAIL_PROVIDER: "mailbox",
          MAIL_FROM: "Gatehouse <no-reply@example.test>",
          PASSWORD_HASH_BLOCKS: "1",
          RATE_LIMITS: "off",
        },
      },
      { configPath: "test/rpc/workers/consumer/wrangler.toml" },
      { configPath: "test/rpc/workers/broken/wrangler.toml" },
    ],
  });
  await harness.listen();
  const gatehouse = harness.getWorker<{ DB: D1Database; KV: KVNamespace }>("gatehouse");
  await gatehouse.applyD1Migrations("DB");

  const api = async (path: string, body?: unknown, token?: string): Promise<Json> => {
    const method = body === undefined ? "GET" : "POST";
    const response = await gatehouse.fetch(`http://gatehouse${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    await assertMatchesContract(method, new URL(path, issuer.url).pathname, response);
    return response.json();
  };

  const send = async (command: Command): Promise<Json> => {
    const body = JSON.stringify(command);
    const response = await harness.getWorker("consumer").fetch("http://consumer/", { method: "POST", body });
    return response.json();
  };

  return {
    issuer,
    /** The audience of Gatehouse's own API. */
    ownAudience: `${issuer.url}/api/auth`,
    api,
    send,
    storage: () => gatehouse.getEnv(),
    /** The service's log lines of RPC calls since `clearLogs`. */
    callLogs: (): Json[] =>
      harness
        .getLogs()
        .flatMap(({ message }) => (message.startsWith("{") ? [JSON.parse(message)] : []))
        .filter((line) => "rpc" in line),
    clearLogs: () => harness.clearLogs(),
    async close() {
      await harness.close();
      await issuer.close();
    },
  };
}

/** Serves the key set at PUBLIC_URL. */
async function startIssuer(readKeySet: () => Promise<string>) {
  let requestCount = 0;
  const server = createServer((_request, response) => {
    requestCount += 1;
    readKeySet().then(
      (text) => response.setHeader("Content-Type", "application/json").end(text),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestCount: () => requestCount,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
