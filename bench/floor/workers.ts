import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { buildProductionBundle } from "../../scripts/build/production-bundle.ts";
import { type FillableD1, fillDatabase } from "../../scripts/dev/fill-database.ts";
import { migrateDatabase } from "../../scripts/shared/migrate-database.ts";
import { wranglerEnvironment } from "../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { createPasswordHasher } from "../../src/core/crypto/password-hash.ts";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { sendOk } from "../send.ts";
import { silenceWorkerd } from "./quiet-workerd.ts";

const PASSWORD = "a quiet lighthouse 7";
const AUTH_SECRET = "a bench's root secret, 32 bytes or more";
const PUBLIC_URL = "https://auth.example.test";
/** The default of PASSWORD_HASH_BLOCKS. */
const HASH_BLOCKS = 6;
const LOGIN = "/api/auth/login";

/** The body of a sign-in on a known device. */
type Credentials = { readonly email: string; readonly password: string; readonly deviceToken: string };
type User = { readonly token: string; readonly credentials: Credentials };

export type Workers = {
  readonly service: URL;
  readonly floor: URL;
  readonly driver: URL;
  /** As many as there are connections. */
  readonly users: readonly User[];
  close(): Promise<void>;
};

/**
 * Starts the production bundle, the floors and the driver of the RPC calls in one workerd on loopback, with one database
 * and one KV namespace. Each has a port of its own, without Miniflare's proxy in between.
 */
export async function startWorkers(connections: number): Promise<Workers> {
  Object.assign(process.env, wranglerEnvironment);
  const scratch = createScratchDirectory();
  silenceWorkerd(scratch.path);
  const { compatibility_date: compatibilityDate } = unstable_readConfig({ config: "wrangler.toml" });
  const [modules, floor, driver] = await Promise.all([
    bundleOfService(scratch.path),
    bundleOf("bench/worker/floor.ts"),
    bundleOf("bench/worker/rpc-driver.ts"),
  ]);
  const stores = { d1Databases: { DB: "gatehouse" }, kvNamespaces: { KV: "gatehouse" } };
  const shared = { compatibilityDate, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };
  // Miniflare keeps its stores in the temporary directory. On a disk each commit would block workerd until the data is
  // written, which is no work of the service.
  if (existsSync("/dev/shm")) process.env.TMPDIR = "/dev/shm";
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      log: new NoOpLog(),
      handleStructuredLogs: () => {},
      telemetry: { enabled: false },
      cf: false,
      workers: [
        {
          ...shared,
          ...stores,
          name: "gatehouse",
          modules,
          r2Buckets: ["AVATARS"],
          ratelimits: { BURST: { namespace_id: "1", simple: { limit: 1_000_000, period: 10 } } },
          bindings: serviceVariables,
        },
        {
          ...shared,
          ...stores,
          name: "floor",
          modules: floor,
          bindings: { ISSUER: PUBLIC_URL, AUDIENCE: `${PUBLIC_URL}/api/auth`, HASH_BLOCKS },
        },
        {
          ...shared,
          name: "driver",
          modules: driver,
          serviceBindings: {
            GATEHOUSE: { name: "gatehouse", entrypoint: "AuthService" },
            FLOOR: { name: "floor", entrypoint: "FloorService" },
          },
        },
      ],
    }),
  );
  const service = await miniflare.unsafeGetDirectURL("gatehouse");
  const db = (await miniflare.getD1Database("DB", "gatehouse")) as unknown as D1Database & FillableD1;
  await migrateDatabase(db, { config: "wrangler.toml" });
  return {
    service,
    floor: await miniflare.unsafeGetDirectURL("floor"),
    driver: await miniflare.unsafeGetDirectURL("driver"),
    users: await signInUsers(db, service, connections),
    async close() {
      await miniflare.dispose();
      scratch.remove();
    },
  };
}

const serviceVariables = {
  AUTH_SECRET,
  ENVIRONMENT: "production",
  PUBLIC_URL,
  MAIL_PROVIDER: "resend",
  MAIL_FROM: "Gatehouse <no-reply@example.test>",
  MAIL_API_KEY: "none",
  // Nothing listens there. Only the sign-ins before the measurement send mail, since their devices are new.
  MAIL_API_BASE: "http://127.0.0.1:9",
  PASSWORD_HASH_BLOCKS: String(HASH_BLOCKS),
  // All requests have one address. The check still reads and writes its counter.
  RATE_LIMITS: JSON.stringify({ login: { limit: 1_000_000 } }),
};

async function bundleOfService(directory: string) {
  await buildProductionBundle(directory);
  return moduleOf(readFileSync(join(directory, "index.js"), "utf8"));
}

const moduleOf = (contents: string) => [{ type: "ESModule" as const, path: "index.js", contents }];

/** A Worker of this directory, minified as the service is. */
async function bundleOf(path: string) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:workers"],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return moduleOf(outputFiles[0]?.text ?? "");
}

async function signInUsers(db: D1Database & FillableD1, service: URL, count: number): Promise<User[]> {
  const ring = await createSecretRing(AUTH_SECRET, undefined);
  const passwordHash = await createPasswordHasher(ring, HASH_BLOCKS).hash(PASSWORD);
  await fillDatabase(db, { count: 20 * count, passwordHash, now: Date.now() });
  const { results } = await db
    .prepare(
      "SELECT email FROM accounts WHERE role = 'user' AND status = 'active' AND email_verified_at IS NOT NULL LIMIT ?",
    )
    .bind(count)
    .all<{ email: string }>();
  if (results.length < count) throw new Error("too few generated users may sign in");
  return Promise.all(
    results.map(async ({ email }) => {
      const body = { email, password: PASSWORD };
      const { text } = await sendOk(new URL(LOGIN, service).href, "POST", { body });
      const { token, deviceToken } = JSON.parse(text).data;
      return { token, credentials: { ...body, deviceToken } };
    }),
  );
}
