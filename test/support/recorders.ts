import { env } from "cloudflare:workers";
import { vi } from "vitest";
import type { EventsBinding } from "../../src/metrics/metrics.ts";
import { recordD1 } from "./d1.ts";
import { countKv } from "./kv.ts";
import { type ApiResponse, type Service, startService, type TestClock } from "./service.ts";

type DataPoint = Parameters<EventsBinding["writeDataPoint"]>[0];

/** An Analytics Engine dataset that records its data points. It rejects those that Analytics Engine rejects. */
export function recordEvents() {
  const points: DataPoint[] = [];
  const EVENTS: EventsBinding = {
    writeDataPoint(point) {
      const { indexes, blobs, doubles } = structuredClone(point);
      if (indexes.length !== 1 || indexes.some((text) => text.length > 96))
        throw new Error("a data point needs exactly one index of at most 96 characters");
      if (blobs.length > 20 || doubles.length > 20)
        throw new Error("a data point has at most 20 blobs and 20 doubles");
      if (!doubles.every(Number.isFinite)) throw new Error("doubles must be finite numbers");
      points.push({ indexes, blobs, doubles });
    },
  };
  return { EVENTS, points };
}

/** Runs the calls and counts the password hashes that the service computes meanwhile, in the same isolate. */
export async function countPasswordHashes(
  run: () => Promise<ApiResponse[]>,
): Promise<{ readonly answers: ApiResponse[]; readonly hashed: number }> {
  const deriveBits = vi.spyOn(crypto.subtle, "deriveBits");
  try {
    const answers = await run();
    const hashes = deriveBits.mock.calls.filter(([algorithm]) => {
      return typeof algorithm === "object" && algorithm.name === "PBKDF2";
    });
    return { answers, hashed: hashes.length };
  } finally {
    deriveBits.mockRestore();
  }
}

/** Everything that an attacker can compare between two responses, and the work that the service did. */
export type Observation = {
  readonly status: number;
  /** The text with the values masked that always differ. */
  readonly body: string;
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  readonly trips: number;
  /** The SQL of every statement, in order. */
  readonly statements: readonly string[];
  /** Rows of tables and indexes that D1 wrote. */
  readonly rowsWritten: number;
  /** The same rows by the table that the statement names. */
  readonly rowsByTable: Readonly<Record<string, number>>;
  readonly kvGets: number;
  readonly kvPuts: number;
  /** Every `deriveBits` with its algorithm and iterations. */
  readonly derivations: readonly string[];
};

/** A request to the API, or a function that sends any request with the headers of the service's client. */
export type ObservedRequest =
  | { readonly path: string; readonly body: unknown; readonly token?: string }
  | ((service: Service, headers: Readonly<Record<string, string>>) => Promise<ApiResponse>);

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Masks ids, email addresses, the remaining rate limit, and the nonce and the CSRF token of a page. */
const mask = (text: string): string =>
  text
    .replace(UUID, "<id>")
    // Of a sign-in by email code. Its length is that of the address.
    .replace(/<id>(?:\.[\w-]+){3}/g, "<challenge>")
    .replace(/[\w.-]+@example\.com/g, "<address>")
    .replace(/;r=\d+;t=\d+/g, ";r=<left>;t=<seconds>")
    .replace(/nonce(-|=")[\w-]+/g, "nonce$1<nonce>")
    .replace(/name="(csrf|owner)" value="[^"]+"/g, 'name="$1" value="<token>"');

const derivationOf = (algorithm: unknown): string => {
  const { name, iterations } = algorithm as { name: string; iterations?: number };
  return iterations === undefined ? name : `${name} ${iterations}`;
};

const sumByTable = (statements: readonly { readonly sql: string; readonly rows: number }[]) => {
  const sums: Record<string, number> = {};
  for (const { sql, rows } of statements) {
    const [, table = "?"] = /^(?:insert into|update|delete from) "(\w+)"/i.exec(sql) ?? [];
    if (rows > 0) sums[table] = (sums[table] ?? 0) + rows;
  }
  return sums;
};

let clients = 0;

/**
 * A service that counts its work until the response is ready. Each service has its own client IP
 * address. The spy is removed after each observation.
 */
export function startObservedService(variables: Record<string, unknown>, clock: TestClock) {
  const headers = { "CF-Connecting-IP": `2001:db8:${(++clients).toString(16)}::1` };
  const d1 = recordD1(env.DB);
  const kv = countKv(env.KV);
  const derivations: string[] = [];
  const counts = () => ({
    trips: d1.trips,
    statements: d1.statements.length,
    rowsWritten: d1.rowsWritten,
    kvGets: kv.gets,
    kvPuts: kv.puts,
    derivations: derivations.length,
  });
  let atAnswer = counts();
  const service = startService({
    clock,
    env: { ...variables, DB: d1.db, KV: kv.kv },
    onAnswer: () => {
      atAnswer = counts();
    },
  });

  async function observe(request: ObservedRequest): Promise<Observation> {
    const derive = crypto.subtle.deriveBits.bind(crypto.subtle);
    const spy = vi.spyOn(crypto.subtle, "deriveBits").mockImplementation((algorithm, ...rest) => {
      derivations.push(derivationOf(algorithm));
      return derive(algorithm, ...rest);
    });
    const before = counts();
    const sent =
      typeof request === "function"
        ? request(service, headers)
        : service.call("POST", `/api/auth${request.path}`, request.body, request.token, headers);
    const answer = await sent.finally(() => spy.mockRestore());
    const statements = d1.statements.slice(before.statements, atAnswer.statements);
    return {
      status: answer.status,
      body: mask(answer.text),
      headers: [...answer.headers].map(([name, value]) => mask(`${name}: ${value}`)).sort(),
      cookies: answer.headers.getSetCookie(),
      trips: atAnswer.trips - before.trips,
      statements: statements.map(({ sql }) => sql),
      rowsWritten: atAnswer.rowsWritten - before.rowsWritten,
      rowsByTable: sumByTable(statements),
      kvGets: atAnswer.kvGets - before.kvGets,
      kvPuts: atAnswer.kvPuts - before.kvPuts,
      derivations: derivations.slice(before.derivations, atAnswer.derivations),
    };
  }

  return { service, observe };
}
