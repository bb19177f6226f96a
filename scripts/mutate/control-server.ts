import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

declare module "vitest" {
  interface ProvidedContext {
    mutantControlUrl: string;
  }
}

/** What a test file runs: a mutant, or 0, and the names of the tests that reach it. Null: all tests. */
export type Assignment = { readonly mutant: number; readonly tests: readonly string[] | null };

/** What a test file reported after its tests. */
export type Reached = {
  /** Absolute path of the test file. */
  readonly file: string;
  /** The mutants whose code ran in each test or its hooks, by the name of the test. */
  readonly byTest: readonly (readonly [string, readonly number[]])[];
  /** Those whose code ran outside of the tests. */
  readonly outside: readonly number[];
};

const UNCHANGED: Assignment = { mutant: 0, tests: null };

export type Control = {
  readonly url: string;
  /** The mutants that wait for a test file, by its absolute path. A file without any runs the unchanged program. */
  readonly queue: Map<string, Assignment[]>;
  /** Mutants that a test has killed. Their further test files run no test. */
  readonly killed: Set<number>;
  /** The mutant that the test file runs, or ran last. */
  readonly active: Map<string, Assignment>;
  readonly reports: Reached[];
  close(): void;
};

/** Tests run in other processes and in workerd, so they ask for their mutant, and report, over HTTP on loopback. */
export async function startControlServer(): Promise<Control> {
  const queue = new Map<string, Assignment[]>();
  const active = new Map<string, Assignment>();
  const killed = new Set<number>();
  const reports: Reached[] = [];
  const next = (file: string): Assignment => {
    const assignment = queue.get(file)?.shift() ?? UNCHANGED;
    return killed.has(assignment.mutant) ? { ...assignment, tests: [] } : assignment;
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const message = JSON.parse(body) as { file: string } & Partial<Reached>;
      if (message.byTest) reports.push(message as Reached);
      else active.set(message.file, next(message.file));
      response.end(JSON.stringify(active.get(message.file) ?? UNCHANGED));
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    queue,
    killed,
    active,
    reports,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
