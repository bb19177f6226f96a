/** What was seen of a service from outside; null where nothing answered. */
export type Seen = {
  readonly health: { readonly status: number } | null;
  /** How many keys /.well-known/jwks.json has: it takes the database and AUTH_SECRET to answer. */
  readonly keys: { readonly status: number; readonly count: number } | null;
};

export type Verdict = { readonly healthy: true } | { readonly healthy: false; readonly says: string };

/** Whether the service is up, and what is to be done when it is not. */
export function judgeHealth(origin: string, { health, keys }: Seen): Verdict {
  if (health === null) {
    return {
      healthy: false,
      says:
        `${origin} does not answer. Until a route or a custom domain leads there, say where the Worker is: ` +
        'npm run deploy -- --health-url https://gatehouse.<subdomain>.workers.dev (docs/deploy.md, "A domain")',
    };
  }
  if (health.status === 503) {
    return {
      healthy: false,
      says: `${origin} answers 503: its configuration or a store. npx wrangler tail names each problem; so does npm run doctor -- --remote`,
    };
  }
  if (health.status !== 200) {
    return {
      healthy: false,
      says: `${origin}/healthz answers ${health.status}: something else than Gatehouse is there`,
    };
  }
  if (keys === null || keys.status !== 200 || keys.count === 0) {
    return {
      healthy: false,
      says:
        `${origin} runs, and its signing keys cannot be had (${keys?.status ?? "no answer"}): the database is not migrated, ` +
        "or AUTH_SECRET is another than it was. npm run doctor -- --remote tells which",
    };
  }
  return { healthy: true };
}
