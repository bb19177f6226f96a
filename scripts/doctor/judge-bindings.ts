import { CRONS } from "../../src/jobs/schedule.ts";
import { type Finding, fail, ok, skip, warn } from "./finding.ts";

/** Of wrangler's configuration, as much as the Worker depends on. */
export type ConfigFacts = {
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

/** Bindings that are declared. That they are there is wrangler's to see to, when it deploys. */
export function judgeBindings(facts: ConfigFacts): readonly Finding[] {
  const stores = NEEDED.map(([what, name, entry, key]) =>
    facts[key].includes(name)
      ? ok("bindings", `${name} (${what})`)
      : fail(
          "bindings",
          `no ${what} is bound as ${name}`,
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
      "files of public/ would be served past the Worker and its headers",
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
        "no BURST: nothing holds back a flood within seconds",
        'add [[ratelimits]] with name = "BURST" (wrangler.toml has it)',
      );

function judgeOptional({ mailProvider, sendEmail, analytics }: ConfigFacts): readonly Finding[] {
  const counters =
    analytics.length > 0
      ? ok("bindings", `${analytics.join(", ")} (Analytics Engine)`)
      : skip("bindings", "no Analytics Engine is bound, and none is needed");
  if (mailProvider !== "cloudflare") return [counters];
  const mail = sendEmail.includes("SEND_EMAIL")
    ? ok("bindings", "SEND_EMAIL (mail)")
    : fail(
        "bindings",
        "MAIL_PROVIDER is cloudflare, and nothing is bound as SEND_EMAIL",
        'add [[send_email]] with name = "SEND_EMAIL"',
      );
  return [mail, counters];
}

function judgeCrons({ crons }: ConfigFacts): readonly Finding[] {
  const missing = Object.entries(CRONS).filter(([cron]) => !crons.includes(cron));
  if (missing.length === 0) return [ok("cron", Object.keys(CRONS).join(", "))];
  return missing.map(([cron, does]) =>
    fail("cron", `no trigger "${cron}", which ${does}`, `put "${cron}" into crons of [triggers] and deploy`),
  );
}

const judgeLogs = ({ redactsQuery }: ConfigFacts): Finding =>
  redactsQuery
    ? ok("logs", "queries are left out of them")
    : warn(
        "logs",
        "the token of a mailed link would stand in the logs",
        "set redact_query_string = true in [observability]",
      );
