import type { Env } from "../../src/composition/compose.ts";
import service from "../../src/index.ts";

// The service as it is, with what D1 and KV say of each request added up: `npm run bench:capacity` asks it.

/** D1's own figures (`meta`), which are those that it bills by, and operations of KV, which are billed one by one. */
type Tally = {
  roundTrips: number;
  statements: number;
  rowsRead: number;
  rowsWritten: number;
  kvReads: number;
  kvWrites: number;
};

const nothing = (): Tally => ({
  roundTrips: 0,
  statements: 0,
  rowsRead: 0,
  rowsWritten: 0,
  kvReads: 0,
  kvWrites: 0,
});

// The bench asks one thing at a time.
let tally = nothing();
let metered: Env | undefined;

export default {
  async fetch(request, env, context) {
    metered ??= { ...env, DB: meterD1(env.DB), KV: meterKv(env.KV) };
    tally = nothing();
    const left: Promise<unknown>[] = [];
    const own: ExecutionContext = Object.assign(Object.create(context), {
      waitUntil: (work: Promise<unknown>) => left.push(work),
      passThroughOnException: () => undefined,
    });
    const response = await service.fetch(request, metered, own);
    const body = await response.arrayBuffer();
    // What is left for after the answer is part of what it costs, and may leave more.
    for (let at = 0; at < left.length; at += 1) await left[at];
    const headers = new Headers(response.headers);
    headers.set("x-tally", JSON.stringify(tally));
    return new Response(body.byteLength === 0 ? null : body, { status: response.status, headers });
  },
  async scheduled(controller, env) {
    metered ??= { ...env, DB: meterD1(env.DB), KV: meterKv(env.KV) };
    tally = nothing();
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

/** `raw` and `first` tell no figures, so they are asked as `all`. Rows as drizzle wants them: by column, in order. */
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
