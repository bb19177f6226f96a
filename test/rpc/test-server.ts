import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { holdToContract } from "../support/contract/hold.ts";
import type { Order } from "./command.ts";

export const AUTH_SECRET = "a test's root secret, 32 bytes or more";

/** What a test reads from an answer; it says itself what it expects. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
type Anything = any;

export type House = Awaited<ReturnType<typeof openHouse>>;

/**
 * Gatehouse and a consumer of it side by side in workerd, each by its own wrangler.toml, and a Worker that
 * is broken. The issuer is a server of this process that hands on the key set, and counts who asked.
 */
export async function openHouse() {
  Object.assign(process.env, wranglerEnvironment);
  const issuer = await openIssuer(async () => {
    const answer = await harness.getWorker("gatehouse").fetch("http://gatehouse/.well-known/jwks.json");
    return answer.text();
  });
  const harness = createTestHarness({
    workers: [
      {
        configPath: "wrangler.toml",
        // As secrets they win over a developer's .dev.vars, which the harness reads too.
        secrets: {
          ENVIRONMENT: "development",
          PUBLIC_URL: issuer.url,
          AUTH_SECRET,
          AUDIENCES: "web,notes",
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

  const api = async (path: string, body?: unknown, token?: string): Promise<Anything> => {
    const answer = await gatehouse.fetch(`http://gatehouse${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    await holdToContract(body === undefined ? "GET" : "POST", new URL(path, issuer.url).pathname, answer);
    return answer.json();
  };

  const order = async (what: Order): Promise<Anything> => {
    const body = JSON.stringify(what);
    const answer = await harness.getWorker("consumer").fetch("http://consumer/", { method: "POST", body });
    return answer.json();
  };

  return {
    issuer,
    api,
    order,
    storage: () => gatehouse.getEnv(),
    /** The service's own lines on the calls since `clearLogs`. */
    calls: (): Anything[] =>
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

/** Serves the key set where PUBLIC_URL says that it is. */
async function openIssuer(keySet: () => Promise<string>) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    keySet().then(
      (text) => response.setHeader("Content-Type", "application/json").end(text),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
