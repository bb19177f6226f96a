import { Resolver } from "node:dns/promises";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import { mailFrom } from "../../src/messaging/email/sender-variable.ts";
import { cloudflare } from "../deploy/cloudflare.ts";
import { type Deployment, readDeployment } from "../deploy/deployment.ts";
import { fetchJson, probeHealth } from "../deploy/probe-health.ts";
import { devVarsPath } from "../dev/dev-vars.ts";
import { lastOrigin } from "../dev/last-origin.ts";
import { CommandError } from "../shared/command-error.ts";
import type { ServiceOptions } from "../shared/command-line.ts";
import { statePath, withLocalPlatform } from "../shared/local-platform.ts";
import type { ConfigFacts, MigrationFacts, ToolFacts } from "./judge-configuration.ts";
import type { Lookup, MailFacts } from "./judge-mail.ts";
import type { ServiceFacts } from "./judge-network.ts";
import type { KeyFacts } from "./judge-secrets.ts";

export type DoctorOptions = ServiceOptions & {
  readonly isRemote: boolean;
  /** The origin whose public endpoints are checked. */
  readonly url?: string;
  readonly dns: boolean;
  readonly name?: string;
};

/** Runs one SELECT. Throws the database's error. */
type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** The local or the deployed service, as far as it can be read. */
type InspectedService = {
  readonly isRemote: boolean;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly secretNames: readonly string[] | null;
  /** The file of the local variables. */
  readonly file?: string;
  readonly applied: MigrationFacts["applied"];
  /** Null without a migrated database. */
  readonly query: Query | null;
  /** AUTH_SECRET and AUTH_SECRET_PREVIOUS; empty where unknown. */
  readonly roots: readonly [string, string];
};

/** Opens the service for `use`. A missing database is a fact for the checks, not an error. */
export const withInspectedService = <T>(
  options: DoctorOptions,
  use: (service: InspectedService) => Promise<T>,
): Promise<T> => (options.isRemote ? openRemote(options, use) : openLocal(options, use));

async function openLocal<T>(options: DoctorOptions, use: (service: InspectedService) => Promise<T>) {
  const hasDatabase = existsSync(join(statePath(options), "d1"));
  const file = options.envFiles.at(-1) ?? devVarsPath(options);
  if (options.envFiles.length === 0 && !existsSync(file))
    throw new CommandError(`There is no ${file} yet. \`npm run dev\` creates it, and the database.`);
  process.env.WRANGLER_LOG = "none";
  return withLocalPlatform(options, async ({ variables, db }) => {
    const query: Query = async (sql) => (await db.prepare(sql).all<Record<string, unknown>>()).results;
    const root = (name: string) => String(variables[name] ?? "").trim();
    const service = {
      isRemote: false,
      // The defaults of `npm run dev`.
      variables: { PUBLIC_URL: lastOrigin(options), MAIL_PROVIDER: "mailbox", ...variables },
      secretNames: [],
      file,
      roots: [root("AUTH_SECRET"), root("AUTH_SECRET_PREVIOUS")],
    } as const;
    if (!hasDatabase) {
      const message = `there is no local database in ${statePath(options)}`;
      return use({ ...service, applied: { message, fix: "npm run dev" }, query: null });
    }
    const applied = await appliedMigrations(query);
    return use({ ...service, applied, query: applied.length === 0 ? null : query });
  });
}

async function openRemote<T>(options: DoctorOptions, use: (service: InspectedService) => Promise<T>) {
  const { vars, database } = await readDeployment(options);
  const remote = cloudflare(options);
  const secretNames = await remote.secretNames();
  const exists =
    database.id !== undefined || (await remote.databases()).some(({ name }) => name === database.name);
  const { AUTH_SECRET = "", AUTH_SECRET_PREVIOUS = "" } = process.env;
  const roots = [AUTH_SECRET.trim(), AUTH_SECRET_PREVIOUS.trim()] as const;
  const service = { isRemote: true, variables: vars, secretNames, roots };
  if (!exists) {
    const message = `Cloudflare has no database ${database.name}`;
    return use({ ...service, applied: { message, fix: "npm run deploy" }, query: null });
  }
  const applied = await appliedMigrations(remote.query);
  return use({ ...service, applied, query: applied.length === 0 ? null : remote.query });
}

export function readTools(): ToolFacts {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  let wrangler: string | null = null;
  try {
    wrangler = createRequire(import.meta.url)("wrangler/package.json").version;
  } catch {
    // judgeTools reports that it is missing.
  }
  return { node: process.versions.node, wrangler, pinnedWrangler: devDependencies.wrangler };
}

/** The parts of wrangler's configuration that the Worker depends on. */
export function readConfigFacts({ config }: Deployment, mailProvider: string | undefined): ConfigFacts {
  const bindings = (entries: readonly { readonly binding: string }[] = []) =>
    entries.map(({ binding }) => binding);
  const names = (entries: readonly { readonly name: string }[] = []) => entries.map(({ name }) => name);
  const { assets, observability } = config;
  return {
    d1: bindings(config.d1_databases),
    kv: bindings(config.kv_namespaces),
    r2: bindings(config.r2_buckets),
    assets: assets ? { binding: assets.binding, workerFirst: assets.run_worker_first === true } : null,
    rateLimits: names(config.ratelimits),
    sendEmail: names(config.send_email),
    analytics: bindings(config.analytics_engine_datasets),
    crons: config.triggers?.crons ?? [],
    redactsQuery:
      (observability as { redact_query_string?: boolean } | undefined)?.redact_query_string === true,
    mailProvider,
  };
}

export const migrationFiles = (): readonly string[] =>
  readdirSync("migrations")
    .filter((name) => name.endsWith(".sql"))
    .sort();

async function appliedMigrations(query: Query): Promise<readonly string[]> {
  const tables = await query("SELECT name FROM sqlite_master WHERE name = 'd1_migrations'");
  if (tables.length === 0) return [];
  return (await query("SELECT name FROM d1_migrations ORDER BY id")).map(({ name }) => String(name));
}

/** Reads only the ids of root secrets: no key leaves the database. */
export async function readKeys(query: Query, secret: string, previous: string): Promise<KeyFacts> {
  const rows = await query(
    "SELECT sealed_by AS root, count(*) AS keys FROM signing_keys GROUP BY sealed_by ORDER BY max(created_at) DESC",
  );
  const ring = secret === "" ? null : await createSecretRing(secret, previous);
  return {
    roots: ring?.ids ?? [],
    sealedBy: rows.map(({ root, keys }) => ({ root: String(root), keys: Number(keys) })),
    otherPasswords:
      ring && ring.earlier.length > 0 ? await countOtherPasswords(query, ring.current.id) : null,
  };
}

/** Scans all accounts, so it runs only during a rotation. The id is base64url, so it needs no escaping in SQL. */
async function countOtherPasswords(query: Query, current: string): Promise<number> {
  const [row] = await query(
    `SELECT count(*) AS n FROM accounts WHERE password_hash IS NOT NULL AND password_hash NOT LIKE '%,k=${current}$%'`,
  );
  return Number(row?.n ?? 0);
}

/** The mail provider and the sender domain, with the domain's DNS records if `useDns` and a provider sends. */
export async function readMail(
  variables: Readonly<Record<string, unknown>>,
  useDns: boolean,
): Promise<MailFacts> {
  const provider = text(variables.MAIL_PROVIDER);
  const domain = mailFrom.safeParse(variables.MAIL_FROM).data?.address.split("@")[1];
  if (!useDns || domain === undefined || provider === "mailbox") return { provider, domain, dns: null };
  const [records, dmarc] = await Promise.all([lookUp(domain), lookUp(`_dmarc.${domain}`)]);
  return { provider, domain, dns: { domain: records, dmarc } };
}

async function lookUp(name: string): Promise<Lookup> {
  try {
    const records = await new Resolver({ timeout: 2_000, tries: 1 }).resolveTxt(name);
    return records.map((parts) => parts.join(""));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return ["ENODATA", "ENOTFOUND"].includes(code) ? [] : "unreachable";
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** Requests the public endpoints of a service. */
export async function readService(origin: string): Promise<ServiceFacts> {
  const observed = await probeHealth(origin);
  const [health, description, mailbox, csrf] = await Promise.all(
    ["/healthz", "/openapi.json", "/dev/mailbox.json", "/api/auth/csrf-token"].map((path) =>
      fetchJson(`${origin}${path}`),
    ),
  );
  const servers = description?.body.servers;
  const date = Date.parse(health?.headers.get("date") ?? "");
  return {
    origin,
    observed,
    announced: Array.isArray(servers) ? (servers[0] as { url?: string } | undefined)?.url : undefined,
    mailbox: mailbox?.status,
    csrfCookie: csrf?.headers.getSetCookie()[0],
    hsts: health?.headers.has("strict-transport-security") ?? false,
    clockAhead: Number.isNaN(date) ? undefined : (date - Date.now()) / 1000,
  };
}
