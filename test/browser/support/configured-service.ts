import type { D1Database } from "@cloudflare/workers-types";
import { createTestHarness } from "wrangler";
import { findFreePort } from "../../../scripts/shared/free-port.ts";
import { wranglerEnvironment } from "../../../scripts/shared/run-wrangler.ts";
import { startProxy } from "./proxy.ts";

/** A service with another configuration than the shared one. */
export type Configured = {
  readonly origin: string;
  readonly db: D1Database;
  stop(): Promise<void>;
};

export async function startConfiguredService(
  variables: Readonly<Record<string, string>>,
): Promise<Configured> {
  Object.assign(process.env, wranglerEnvironment);
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  // As secrets they win over a developer's .dev.vars, which the harness reads too.
  const secrets = {
    ENVIRONMENT: "development",
    AUTH_SECRET: "a test's root secret, 32 bytes or more",
    PUBLIC_URL: origin,
    MAIL_PROVIDER: "mailbox",
    MAIL_FROM: "Gatehouse <no-reply@example.test>",
    PASSWORD_HASH_BLOCKS: "1",
    RATE_LIMITS: "off",
    ...variables,
  };
  const harness = createTestHarness({ workers: [{ configPath: "wrangler.toml", secrets }] });
  const { url } = await harness.listen();
  const worker = harness.getWorker<{ DB: D1Database }>("gatehouse");
  await worker.applyD1Migrations("DB");
  const { DB: db } = await worker.getEnv();
  const stopProxy = await startProxy(port, `http://localhost:${new URL(url).port}`);
  const page = await fetch(`${origin}/sign-in`, { headers: { Accept: "text/html" } });
  if (!page.ok) throw new Error(`The configured service answers:\n${await page.text()}`);
  return {
    origin,
    db,
    async stop() {
      stopProxy();
      await harness.close();
    },
  };
}
