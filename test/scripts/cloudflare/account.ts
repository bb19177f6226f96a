import type { Database } from "./database.ts";

type Deployment = {
  readonly id: string;
  readonly created_on: string;
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
  readonly annotations: Readonly<Record<string, string>>;
};

export type Worker = {
  readonly secrets: Map<string, string>;
  /** How many were uploaded: v1, v2, … */
  versions: number;
  /** Whether the last one came with bindings: what `secret put` uploads has none. */
  isBound: boolean;
  /** The newest first. */
  readonly deployments: Deployment[];
};

/** What somebody has at Cloudflare. */
export class Account {
  /** Where its API is. */
  origin = "";
  readonly databases: Map<string, Database> = new Map();
  readonly workers: Map<string, Worker> = new Map();
  readonly namespaces: string[] = [];
  readonly buckets: string[] = [];
  /** Custom domains that lead to a Worker. */
  readonly domains: Set<string> = new Set();
  /** What has been done, in order; looking is not doing. */
  readonly deeds: string[] = [];
  /** Statements that D1 refuses. */
  refuseSql: RegExp | null = null;
  /** The instant that D1's history goes by. */
  now: () => number = Date.now;

  /** Names of the secrets of the Worker `gatehouse`; null while there is no such Worker. */
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

  /** That version for everybody. */
  deploy(worker: Worker, versionId: string, annotations: Deployment["annotations"] = {}): void {
    worker.deployments.unshift({
      id: `d${worker.deployments.length + 1}`,
      // A second apart, since they are sorted by it.
      created_on: new Date(Date.UTC(2026, 10, 20) + worker.deployments.length * 1000).toISOString(),
      versions: [{ version_id: versionId, percentage: 100 }],
      annotations,
    });
  }
}
