import { CRONS } from "../../src/jobs/schedule.ts";
import { type Finding, fail, ok, skip, warn } from "./finding.ts";

export type ToolFacts = {
  /** Such as 24.21.0. */
  readonly node: string;
  readonly wrangler: string | null;
  /** The version in package.json. */
  readonly pinnedWrangler: string;
};

/** The first Node version that runs TypeScript without a flag. */
const NODE = [22, 18] as const;

export function judgeTools({ node, wrangler, pinnedWrangler }: ToolFacts): readonly Finding[] {
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isNew = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  const install =
    "run npm install, and start the scripts with npm run: it selects the right Node and wrangler";
  return [
    isNew ? ok("Node", node) : fail("Node", `${node} is older than ${NODE.join(".")}`, install),
    wrangler === null
      ? fail("wrangler", "is not installed", install)
      : wrangler === pinnedWrangler
        ? ok("wrangler", wrangler)
        : warn("wrangler", `${wrangler} is installed; ${pinnedWrangler} is the tested version`, install),
  ];
}

export type ConfigFacts = {
  /** Binding names of each kind. */
  readonly d1: readonly string[];
  readonly kv: readonly string[];
  readonly r2: readonly string[];
  readonly assets: { readonly binding: string | undefined; readonly workerFirst: boolean } | null;
  readonly rateLimits: readonly string[];
  readonly sendEmail: readonly string[];
  readonly analytics: readonly string[];
  readonly crons: readonly string[];
  readonly redactsQuery: boolean;
  readonly mailProvider: string | undefined;
};

const NEEDED = [
  ["D1", "DB", '[[d1_databases]] with binding = "DB"', "d1"],
  ["KV", "KV", '[[kv_namespaces]] with binding = "KV"', "kv"],
  ["R2", "AVATARS", '[[r2_buckets]] with binding = "AVATARS"', "r2"],
] as const;

/** Checks that the bindings are declared. wrangler checks that they exist, when it deploys. */
export function judgeBindings(facts: ConfigFacts): readonly Finding[] {
  const stores = NEEDED.map(([kind, name, entry, key]) =>
    facts[key].includes(name)
      ? ok("bindings", `${name} (${kind})`)
      : fail(
          "bindings",
          `no ${kind} is bound as ${name}`,
          `add ${entry} to wrangler.toml, and to each [env] that deploys`,
        ),
  );
  return [
    ...stores,
    judgeAssets(facts),
    judgeBurst(facts),
    ...judgeOptional(facts),
    ...judgeCrons(facts),
    judgeLogs(facts),
  ];
}

function judgeAssets({ assets }: ConfigFacts): Finding {
  if (assets?.binding !== "ASSETS") {
    return fail(
      "bindings",
      "no assets are bound as ASSETS",
      'add [assets] with directory = "./public" and binding = "ASSETS"',
    );
  }
  if (!assets.workerFirst) {
    return fail(
      "bindings",
      "Cloudflare would serve files of public/ without the Worker and its headers",
      "set run_worker_first = true in [assets]",
    );
  }
  return ok("bindings", "ASSETS (files)");
}

const judgeBurst = ({ rateLimits }: ConfigFacts): Finding =>
  rateLimits.includes("BURST")
    ? ok("bindings", "BURST (rate limit)")
    : warn(
        "bindings",
        "no BURST: nothing limits a burst of requests within seconds",
        'add [[ratelimits]] with name = "BURST" (see wrangler.toml)',
      );

function judgeOptional({ mailProvider, sendEmail, analytics }: ConfigFacts): readonly Finding[] {
  const metrics =
    analytics.length > 0
      ? ok("bindings", `${analytics.join(", ")} (Analytics Engine)`)
      : skip("bindings", "no Analytics Engine is bound; it is optional");
  if (mailProvider !== "cloudflare") return [metrics];
  const mail = sendEmail.includes("SEND_EMAIL")
    ? ok("bindings", "SEND_EMAIL (mail)")
    : fail(
        "bindings",
        "MAIL_PROVIDER is cloudflare, and nothing is bound as SEND_EMAIL",
        'add [[send_email]] with name = "SEND_EMAIL"',
      );
  return [mail, metrics];
}

function judgeCrons({ crons }: ConfigFacts): readonly Finding[] {
  const missing = Object.entries(CRONS).filter(([cron]) => !crons.includes(cron));
  if (missing.length === 0) return [ok("cron", Object.keys(CRONS).join(", "))];
  return missing.map(([cron, task]) =>
    fail("cron", `no trigger "${cron}", which ${task}`, `add "${cron}" to crons in [triggers] and deploy`),
  );
}

const judgeLogs = ({ redactsQuery }: ConfigFacts): Finding =>
  redactsQuery
    ? ok("logs", "query strings are redacted")
    : warn(
        "logs",
        "the logs would contain the tokens of mailed links",
        "set redact_query_string = true in [observability]",
      );

/** Milliseconds of CPU for 100,000 iterations (docs/decisions/001). */
const BLOCK_MS = 12;
/** OWASP recommends 600,000 iterations for PBKDF2-HMAC-SHA-256. */
const RECOMMENDED_BLOCKS = 6;

export function judgeHashing(blocks: number): Finding {
  const cost = `a password check takes about ${blocks * BLOCK_MS} ms of CPU`;
  if (blocks < RECOMMENDED_BLOCKS) {
    return warn(
      "hashing",
      `${blocks * 100_000} iterations: ${cost}`,
      `set PASSWORD_HASH_BLOCKS to ${RECOMMENDED_BLOCKS} or more; each sign-in with a password rehashes it`,
    );
  }
  return ok("hashing", `${cost}: within the limits of the Workers Paid plan, above the free plan's 10 ms`);
}

export type MigrationFacts = {
  readonly isRemote: boolean;
  /** The files of migrations/, in order. */
  readonly files: readonly string[];
  /** The applied migrations, or a failure if the database does not exist. */
  readonly applied: readonly string[] | { readonly message: string; readonly fix: string };
};

export function judgeMigrations({ isRemote, files, applied }: MigrationFacts): readonly Finding[] {
  const subject = "migrations";
  if ("message" in applied) return [fail(subject, applied.message, applied.fix)];
  const pending = files.filter((file) => !applied.includes(file));
  const unknown = applied.filter((name) => !files.includes(name));
  if (pending.length > 0) {
    const script = isRemote ? "npm run deploy" : "npm run dev";
    const command = `npx wrangler d1 migrations apply DB --${isRemote ? "remote" : "local"}`;
    const message = `${pending.length} of ${files.length} are not applied: ${pending.join(", ")}`;
    return [fail(subject, message, `${script}, or ${command}`)];
  }
  if (unknown.length > 0) {
    return [
      warn(
        subject,
        `the database is ahead of this checkout: ${unknown.join(", ")}`,
        "pull the code of these migrations before you deploy from here",
      ),
    ];
  }
  return [
    files.length === 0 ? skip(subject, "there are none") : ok(subject, `all ${files.length} are applied`),
  ];
}
