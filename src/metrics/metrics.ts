/** The used part of an Analytics Engine dataset (`[[analytics_engine_datasets]]` in wrangler.toml). */
export type EventsBinding = {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
};

type Refusal = {
  readonly failure: string;
  readonly method: string;
  /** The route's pattern, never the path. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
};

/** Counts events by name, without any account. Writing never blocks or fails a request. */
export type Metrics = {
  /** Counts an audit event, after D1 has committed its batch. */
  event(type: string): void;
  /** Counts a request that has no log line: method and pattern of its route. */
  request(route: string): void;
  /** Counts a request that was refused with a public error code. */
  refusal(refusal: Refusal): void;
  /** Counts an alarm: a state that an operator must look at. */
  alarm(name: string): void;
};

/**
 * Writes to Analytics Engine if it is bound. docs/observability.md documents the columns; queries depend on
 * their order. No column holds an id, an email address or an IP address.
 * https://developers.cloudflare.com/analytics/analytics-engine/get-started/
 */
export function createMetrics(binding: EventsBinding | undefined): Metrics {
  type Kind = "event" | "refusal" | "request" | "alarm";
  const write = (kind: Kind, name: string, route: string, doubles: number[]) => {
    try {
      // Analytics Engine samples by index: a flood of one name leaves the counts of the others exact.
      binding?.writeDataPoint({ indexes: [name], blobs: [kind, name, route], doubles });
    } catch {
      // A lost data point must not fail the request.
    }
  };
  return {
    alarm: (name) => write("alarm", name, "", [0, 0]),
    event: (type) => write("event", type, "", [0, 0]),
    request: (route) => write("request", route, route, [0, 0]),
    refusal: ({ failure, method, route, status, ms }) =>
      write("refusal", failure, `${method} ${route}`, [status, ms]),
  };
}
