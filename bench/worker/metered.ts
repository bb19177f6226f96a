import type { Env } from "../../src/composition/bindings.ts";
import service from "../../src/index.ts";

// The real service, which counts the D1 and KV operations of each request for `npm run bench:capacity`.

/** D1's own counts (`meta`), by which it bills, and KV operations, which are billed one by one. */
type Tally = {
  roundTrips: number;
  statements: number;
  rowsRead: number;
  rowsWritten: number;
  kvReads: number;
  kvWrites: number;
};

const emptyTally = (): Tally => ({
  roundTrips: 0,
  statements: 0,
  rowsRead: 0,
  rowsWritten: 0,
  kvReads: 0,
  kvWrites: 0,
});

// The bench sends one request at a time.
let tally = emptyTally();
let metered: Env | undefined;

export default {
  async fetch(request, env, context) {
    metered ??= { ...env, DB: meterD1(env.DB), KV: meterKv(env.KV) };
    tally = emptyTally();
    const deferred: Promise<unknown>[] = [];
    const ownContext: ExecutionContext = Object.assign(Object.create(context), {
      waitUntil: (work: Promise<unknown>) => deferred.push(work),
      passThroughOnException: () => undefined,
    });
    const response = await service.fetch(request, metered, ownContext);
    const body = await response.arrayBuffer();
    // Deferred work is part of the cost, and may defer more work.
    for (let at = 0; at < deferred.length; at += 1) await deferred[at];
    const headers = new Headers(response.headers);
    headers.set("x-tally", JSON.stringify(tally));
    return new Response(body.byteLength === 0 ? null : body, { status: response.status, headers });
  },
  async scheduled(controller, env) {
    metered ??= { ...env, DB: meterD1(env.DB), KV: meterKv(env.KV) };
    tally = emptyTally();
    await service.scheduled(controller, metered);
    await env.KV.put("bench:tally", JSON.stringify(tally));
  },
} satisfies ExportedHandler<Env>;

function count<T extends D1Result>(result: T): T {
  tally.statements += 1;
  tally.rowsRead += result.meta.rows_read;
  tally.rowsWritten += result.meta.rows_written;
  return result;
}

/** `raw` and `first` return no `meta`, so this uses `all` for them. drizzle expects raw rows in column order. */
function meterD1(d1: D1Database): D1Database {
  const inner = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const all = async () => {
      tally.roundTrips += 1;
      return count(await statement.all<Record<string, unknown>>());
    };
    const outer = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: all,
      all,
      raw: async () => (await all()).results.map((row) => Object.values(row)),
      first: async () => (await all()).results[0] ?? null,
    };
    inner.set(outer, statement);
    return outer as unknown as D1PreparedStatement;
  };
  return {
    prepare: (query: string) => wrap(d1.prepare(query)),
    async batch<T>(statements: D1PreparedStatement[]) {
      tally.roundTrips += 1;
      return (await d1.batch<T>(statements.map((one) => inner.get(one) ?? one))).map(count);
    },
  } as unknown as D1Database;
}

function meterKv(kv: KVNamespace): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "get" || name === "getWithMetadata") tally.kvReads += 1;
        if (name === "put" || name === "delete") tally.kvWrites += 1;
        return value.apply(target, args);
      };
    },
  });
}
