import type { Database } from "./database.ts";

type Deployment = {
  readonly id: string;
  readonly created_on: string;
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
  readonly annotations: Readonly<Record<string, string>>;
};

export type Worker = {
  readonly secrets: Map<string, string>;
  /** The number of uploaded versions: v1, v2, … */
  versions: number;
  /** Whether the last version has bindings. A version that `secret put` uploads has none. */
  isBound: boolean;
  /** Newest first. */
  readonly deployments: Deployment[];
};

/** The state of a Cloudflare account. */
export class Account {
  /** The origin of the fake API. */
  origin = "";
  readonly databases: Map<string, Database> = new Map();
  readonly workers: Map<string, Worker> = new Map();
  readonly namespaces: string[] = [];
  readonly buckets: string[] = [];
  /** Custom domains of Workers. */
  readonly domains: Set<string> = new Set();
  /** The changes that requests made, in order. */
  readonly changes: string[] = [];
  /** D1 refuses statements that match. */
  refuseSql: RegExp | null = null;
  /** The clock of D1's Time Travel. */
  now: () => number = Date.now;

  /** The names of the secrets of the Worker `gatehouse`; null if the Worker does not exist. */
  get secrets(): string[] | null {
    const worker = this.workers.get("gatehouse");
    return worker ? [...worker.secrets.keys()] : null;
  }

  set secrets(names: readonly string[]) {
    this.makeWorker("gatehouse").secrets.clear();
    for (const name of names) this.makeWorker("gatehouse").secrets.set(name, "a-secret-value");
  }

  makeWorker(name: string): Worker {
    const worker = this.workers.get(name) ?? {
      secrets: new Map(),
      versions: 0,
      isBound: false,
      deployments: [],
    };
    this.workers.set(name, worker);
    return worker;
  }

  /** Deploys a version to all traffic. */
  deploy(worker: Worker, versionId: string, annotations: Deployment["annotations"] = {}): void {
    worker.deployments.unshift({
      id: `d${worker.deployments.length + 1}`,
      // A second apart, since wrangler sorts by it.
      created_on: new Date(Date.UTC(2026, 10, 20) + worker.deployments.length * 1000).toISOString(),
      versions: [{ version_id: versionId, percentage: 100 }],
      annotations,
    });
  }
}
