import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";

/**
 * Cloudflare's API, as much of it as wrangler's deploy, d1 and secret commands ask for, with real SQLite behind
 * its D1. It stands where the network ends: wrangler is told of it by CLOUDFLARE_API_BASE_URL.
 */
export async function startCloudflareApi() {
  const account = {
    databases: new Map<string, { uuid: string; name: string; sqlite: DatabaseSync }>(),
    /** Names of the Worker's secrets; null while there is no Worker. */
    secrets: null as string[] | null,
    namespaces: [] as string[],
    buckets: [] as string[],
    /** What has been done, in order; looking is not doing. */
    deeds: [] as string[],
    /** Statements that D1 refuses. */
    refuseSql: null as RegExp | null,
  };
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const { status = 200, errors = [], result, info } = answer(account, request, body);
    response.writeHead(status, { "Content-Type": "application/json" });
    const envelope = {
      success: status === 200,
      errors,
      messages: [],
      result: result ?? null,
      result_info: info,
    };
    response.end(JSON.stringify(envelope));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    account,
    env: {
      CLOUDFLARE_API_BASE_URL: api,
      CLOUDFLARE_API_TOKEN: "a-token",
      CLOUDFLARE_ACCOUNT_ID: "an-account",
    },
    close: () => server.close(),
  };
}

export type Account = Awaited<ReturnType<typeof startCloudflareApi>>["account"];

type Answer = {
  status?: number;
  errors?: { code: number; message: string }[];
  result?: unknown;
  info?: unknown;
};

function answer(account: Account, { method, url = "" }: IncomingMessage, body: string): Answer {
  const path = new URL(url, "http://api").pathname.replace(/^\/accounts\/[^/]+/, "");
  const isPost = method === "POST";
  if (path.startsWith("/d1/database")) return answerD1(account, path, isPost, body);
  if (path.startsWith("/workers/")) return answerWorkers(account, method ?? "", path, body);
  if (path === "/storage/kv/namespaces") {
    if (!isPost) return list(account.namespaces.map((title) => ({ id: "0".repeat(32), title })));
    account.namespaces.push(JSON.parse(body).title);
    account.deeds.push(`make KV ${JSON.parse(body).title}`);
    return { result: { id: "0".repeat(32), title: JSON.parse(body).title } };
  }
  if (path.startsWith("/r2/buckets")) {
    if (!isPost) return { result: { buckets: account.buckets.map((name) => ({ name })) } };
    account.buckets.push(JSON.parse(body).name);
    account.deeds.push(`make R2 ${JSON.parse(body).name}`);
    return { result: {} };
  }
  return { status: 404, errors: [{ code: 7003, message: `no such route: ${method} ${path}` }] };
}

function answerD1(account: Account, path: string, isPost: boolean, body: string): Answer {
  const [, , , named, query] = path.split("/");
  if (named === undefined && isPost) {
    const made = { uuid: randomUUID(), name: JSON.parse(body).name, sqlite: new DatabaseSync(":memory:") };
    account.databases.set(made.name, made);
    account.deeds.push(`make D1 ${made.name}`);
    return { result: { uuid: made.uuid, name: made.name } };
  }
  const all = [...account.databases.values()];
  if (named === undefined) return list(all.map(({ uuid, name }) => ({ uuid, name })));
  const found = all.find(({ uuid, name }) => uuid === named || name === named);
  if (!found) return { status: 404, errors: [{ code: 7404, message: "The database could not be found" }] };
  if (query !== "query") return { result: { uuid: found.uuid, name: found.name } };
  return answerQuery(account, found.sqlite, JSON.parse(body).sql);
}

function answerQuery(account: Account, sqlite: DatabaseSync, sql: string): Answer {
  try {
    if (account.refuseSql?.test(sql)) throw new Error('near "nonsense": syntax error');
    const [, migration] = /VALUES \(['"](\d{4}_\w+\.sql)['"]\)/i.exec(sql) ?? [];
    if (migration) account.deeds.push(`migrate ${migration}`);
    if (/^\s*SELECT/i.test(sql)) return rows(sqlite.prepare(sql).all());
    sqlite.exec(sql);
    return rows([]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 400, errors: [{ code: 7500, message: `${message}: SQLITE_ERROR` }] };
  }
}

const rows = (results: unknown[]): Answer => ({
  result: [{ success: true, results, meta: { duration: 1 } }],
});

function answerWorkers(account: Account, method: string, path: string, body: string): Answer {
  const missing = {
    status: 404,
    errors: [{ code: 10007, message: "This Worker does not exist on your account." }],
  };
  if (path === "/workers/subdomain") return { result: { subdomain: "example" } };
  if (path.endsWith("/assets-upload-session")) return { result: { jwt: "a.b.c", buckets: [] } };
  if (path.endsWith("/schedules")) return { result: { schedules: [] } };
  if (path.endsWith("/subdomain") || path.startsWith("/workers/workers/")) {
    return {
      result: {
        enabled: true,
        previews_enabled: false,
        subdomain: { enabled: true, previews_enabled: false },
      },
    };
  }
  const isUpload = method === "PUT" || (method === "POST" && path.endsWith("/versions"));
  if (isUpload && path.startsWith("/workers/scripts/") && !path.endsWith("/secrets")) {
    const uploaded = [...body.matchAll(/"name":"([A-Z_]+)","type":"secret_text"/g)].map(
      ([, name = ""]) => name,
    );
    account.secrets = [...new Set([...(account.secrets ?? []), ...uploaded])];
    account.deeds.push("deploy");
    return { result: { id: "v1", startup_time_ms: 1, resources: { script: { etag: "e" } } } };
  }
  if (account.secrets === null) return missing;
  if (path.endsWith("/secrets")) {
    return { result: account.secrets.map((name) => ({ name, type: "secret_text" })) };
  }
  if (path.startsWith("/workers/services/")) {
    const script = { last_deployed_from: "wrangler", tag: "t" };
    return { result: { default_environment: { environment: "production", script }, script } };
  }
  if (path.endsWith("/deployments")) return { result: { deployments: [] } };
  const [d1] = account.databases.values();
  const bindings = [
    { type: "kv_namespace", name: "KV", namespace_id: "0".repeat(32) },
    { type: "r2_bucket", name: "AVATARS", bucket_name: account.buckets[0] },
    { type: "d1", name: "DB", id: d1?.uuid },
  ];
  return { result: { bindings } };
}

const list = (result: unknown[]): Answer => ({
  result,
  info: { count: result.length, page: 1, per_page: 100, total_count: result.length },
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}
