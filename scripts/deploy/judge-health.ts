export type HealthObservation = {
  /** The response of /healthz; null without a response. */
  readonly health: { readonly status: number } | null;
  /** The failing checks of /healthz/deep; null if it was not requested or has no report. */
  readonly failing: readonly string[] | null;
  /** The response of /.well-known/jwks.json and its number of keys. It needs the database and AUTH_SECRET. */
  readonly keys: { readonly status: number; readonly count: number } | null;
};

export type HealthVerdict =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly message: string; readonly fix: string };

/** Whether the service is healthy, or else the fix. */
export function judgeHealth(origin: string, { health, failing, keys }: HealthObservation): HealthVerdict {
  const unhealthy = (message: string, fix: string) => ({ healthy: false, message, fix }) as const;
  if (health === null) {
    return unhealthy(
      `${origin} does not respond`,
      "route the domain to the Worker (docs/deploy.md#a-domain); until then, name another URL: " +
        "npm run deploy -- --health-url URL, npm run doctor -- --url URL",
    );
  }
  if (health.status === 503) {
    return unhealthy(
      `${origin} responds with 503: its configuration is invalid, or a store fails`,
      "npm run doctor -- --remote; npx wrangler tail shows each problem",
    );
  }
  if (health.status !== 200) {
    return unhealthy(
      `${origin}/healthz responds with ${health.status}`,
      "this is not Gatehouse: check the route of the domain",
    );
  }
  if (failing !== null && failing.length > 0) {
    return unhealthy(
      `${origin} runs, but these dependencies fail: ${failing.join(", ")}`,
      "npm run doctor -- --remote; npx wrangler tail shows the errors, and www.cloudflarestatus.com outages",
    );
  }
  if (keys === null || keys.status !== 200 || keys.count === 0) {
    return unhealthy(
      `${origin} runs, but has no signing keys (${keys?.status ?? "no response"})`,
      "npm run doctor -- --remote shows the cause: the database is not migrated, or AUTH_SECRET has changed",
    );
  }
  return { healthy: true };
}
