import type { D1Database } from "@cloudflare/workers-types";
import { createTestHarness } from "wrangler";
import { wranglerEnvironment } from "../../../scripts/shared/run-wrangler.ts";

/** A service that is configured otherwise than the one that all browser tests share. */
export type Configured = {
  readonly origin: string;
  readonly db: D1Database;
  stop(): Promise<void>;
};

export async function startConfiguredService(
  variables: Readonly<Record<string, string>>,
): Promise<Configured> {
  Object.assign(process.env, wranglerEnvironment);
  // As secrets they win over a developer's .dev.vars, which the harness reads too.
  const secrets = {
    ENVIRONMENT: "development",
    AUTH_SECRET: "a test's root secret, 32 bytes or more",
    // Forms of pages without a referrer do not name their origin, so that the port need not be known.
    PUBLIC_URL: "http://localhost",
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
  const origin = `http://localhost:${new URL(url).port}`;
  const page = await fetch(`${origin}/sign-in`, { headers: { Accept: "text/html" } });
  if (!page.ok) throw new Error(`configured as it is, the service answers\n${await page.text()}`);
  return { origin, db, stop: () => harness.close() };
}
