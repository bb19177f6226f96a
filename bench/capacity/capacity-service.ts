import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestHarness } from "wrangler";
import type { FillableD1 } from "../../scripts/dev/fill-database.ts";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { sendOk } from "../send.ts";

export const AUTH_SECRET = "a bench's root secret, 32 bytes or more";

/** The cost of one request or cron run. */
export type Tally = Readonly<
  Record<"roundTrips" | "statements" | "rowsRead" | "rowsWritten" | "kvReads" | "kvWrites", number>
>;
export type Measured = {
  readonly status: number;
  readonly body: Body;
  readonly tally: Tally;
  readonly ms: number;
};
type Body = { readonly data?: Record<string, unknown> };

export type Queryable = Omit<FillableD1, "prepare"> & { prepare(query: string): Statement };
type Statement = Omit<ReturnType<FillableD1["prepare"]>, "bind"> & {
  bind(...values: unknown[]): Statement;
  all<T>(): Promise<{ results: T[]; meta: { size_after: number } }>;
};

/** Starts the service in workerd with a production configuration and a fake mail provider on loopback. */
export async function openService() {
  Object.assign(process.env, wranglerEnvironment);
  const scratch = createScratchDirectory();
  const mails: { to: string[]; text: string }[] = [];
  const provider = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    mails.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.setHeader("Content-Type", "application/json");
    response.end('{"id":"a"}');
  });
  await new Promise<void>((listening) => provider.listen(0, "127.0.0.1", listening));
  const configPath = linkInstallation(scratch.path, {
    parts: ["bench", "node_modules"],
    change: (config) =>
      config.replace("src/index.ts", "bench/worker/metered.ts").replace("limit = 50", "limit = 100000"),
  });
  const secrets = {
    AUTH_SECRET,
    ENVIRONMENT: "production",
    PUBLIC_URL: "https://auth.example.test",
    MAIL_PROVIDER: "resend",
    MAIL_FROM: "Gatehouse <no-reply@example.test>",
    MAIL_API_KEY: "none",
    MAIL_API_BASE: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
    // One block, so that hashing does not hide the database's time.
    PASSWORD_HASH_BLOCKS: "1",
    RATE_LIMITS: HIGH_LIMITS,
  };
  const harness = createTestHarness({
    workers: [{ configPath, secrets }],
  });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations("DB");
  const worker = harness.getWorker<{ DB: Queryable; KV: { get(key: string): Promise<string | null> } }>();
  const { DB: db, KV: kv } = await worker.getEnv();
  return {
    db,
    mails,
    send: (method: string, path: string, options: { body?: object; token?: string } = {}) =>
      measure(`${url.origin}${path}`, method, options),
    /** Runs the cron job. */
    async runCron(cron: string): Promise<Tally> {
      await worker.scheduled({ cron, scheduledTime: new Date() });
      return JSON.parse((await kv.get("bench:tally")) ?? "{}");
    },
    async close() {
      await harness.close();
      provider.close();
      scratch.remove();
    },
  };
}

export type BenchService = Awaited<ReturnType<typeof openService>>;

/** High limits, since all requests have one IP address. The checks still cost their operations. */
const HIGH_LIMITS = JSON.stringify(
  Object.fromEntries(
    ["login", "register", "refresh", "verify-email", "forgot-password", "reset-password"].map((name) => [
      name,
      { limit: 100_000 },
    ]),
  ),
);

async function measure(
  url: string,
  method: string,
  options: { body?: object; token?: string },
): Promise<Measured> {
  const { status, headers, text, ms } = await sendOk(url, method, options);
  return {
    status,
    body: JSON.parse(text),
    tally: JSON.parse(headers.get("x-tally") ?? "{}"),
    ms,
  };
}
