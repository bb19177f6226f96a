/** What was seen of a service from outside; null where nothing answered. */
export type Seen = {
  readonly health: { readonly status: number } | null;
  /** Which of its stores /healthz/deep names as failing; null where nobody asked, or nothing of the kind is there. */
  readonly failing: readonly string[] | null;
  /** How many keys /.well-known/jwks.json has: it takes the database and AUTH_SECRET to answer. */
  readonly keys: { readonly status: number; readonly count: number } | null;
};

export type Verdict =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly says: string; readonly mend: string };

/** Whether the service is up, and what is to be done when it is not. */
export function judgeHealth(origin: string, { health, failing, keys }: Seen): Verdict {
  const unwell = (says: string, mend: string) => ({ healthy: false, says, mend }) as const;
  if (health === null) {
    return unwell(
      `${origin} does not answer`,
      "give the Worker that domain (docs/deploy.md#a-domain); until it leads there, say where else to ask: " +
        "npm run deploy -- --health-url URL, npm run doctor -- --url URL",
    );
  }
  if (health.status === 503) {
    return unwell(
      `${origin} answers 503: its configuration, or a store`,
      "npm run doctor -- --remote; npx wrangler tail names each problem as it is met",
    );
  }
  if (health.status !== 200) {
    return unwell(
      `${origin}/healthz answers ${health.status}`,
      "that is not Gatehouse: look where the domain leads",
    );
  }
  if (failing !== null && failing.length > 0) {
    return unwell(
      `${origin} runs, and does not get what it stands on: ${failing.join(", ")}`,
      "npm run doctor -- --remote; npx wrangler tail has the errors, and www.cloudflarestatus.com what is out",
    );
  }
  if (keys === null || keys.status !== 200 || keys.count === 0) {
    return unwell(
      `${origin} runs, and has no signing keys to show (${keys?.status ?? "no answer"})`,
      "npm run doctor -- --remote tells which: the database is not migrated, or AUTH_SECRET is another than it was",
    );
  }
  return { healthy: true };
}
