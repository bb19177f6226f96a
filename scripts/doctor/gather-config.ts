import type { Deployment } from "../deploy/deployment.ts";
import type { ConfigFacts } from "./judge-bindings.ts";

type Named = { readonly binding: string };
type Named2 = { readonly name: string };

/** What the configuration declares, in the doctor's words. */
export function gatherConfig({ config }: Deployment, mailProvider: string | undefined): ConfigFacts {
  const bindings = (entries: readonly Named[] | undefined) => (entries ?? []).map(({ binding }) => binding);
  const names = (entries: readonly Named2[] | undefined) => (entries ?? []).map(({ name }) => name);
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
