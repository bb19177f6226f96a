/** The part of an Analytics Engine dataset that is used (`[[analytics_engine_datasets]]` in wrangler.toml). */
export type EventsBinding = {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
};

type Refusal = {
  readonly failure: string;
  readonly method: string;
  /** The pattern. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
};

/** What happened, by name, and never to whom. Writing waits for nothing, and fails nothing. */
export type Metrics = {
  /** An event of the audit trail, once its batch is in the database. */
  event(type: string): void;
  /** A request that was answered with a code of the contract's failures. */
  refusal(refusal: Refusal): void;
};

/**
 * Counts into Analytics Engine where it is bound. The columns are documented in docs/observability.md;
 * queries hold on to their order. An id, an address or an IP has no column.
 * https://developers.cloudflare.com/analytics/analytics-engine/get-started/
 */
export function createMetrics(binding: EventsBinding | undefined): Metrics {
  const write = (kind: "event" | "refusal", name: string, route: string, doubles: number[]) => {
    try {
      // The index is what is sampled by: a flood of one name leaves the counts of the others exact.
      binding?.writeDataPoint({ indexes: [name], blobs: [kind, name, route], doubles });
    } catch {
      // A count that is lost is no reason to lose a request.
    }
  };
  return {
    event: (type) => write("event", type, "", [0, 0]),
    refusal: ({ failure, method, route, status, ms }) =>
      write("refusal", failure, `${method} ${route}`, [status, ms]),
  };
}
