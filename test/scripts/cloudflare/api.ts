import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Account } from "./account.ts";
import { type Answer, list, refuse } from "./answer.ts";
import { answerD1 } from "./answer-d1.ts";
import { answerWorkers } from "./answer-workers.ts";
import { Database } from "./database.ts";

/**
 * A fake of Cloudflare's API on loopback: the part that wrangler's deploy, d1, secret and rollback commands use, with real
 * SQLite as D1. wrangler finds it through CLOUDFLARE_API_BASE_URL.
 */
export async function startCloudflareApi() {
  const account = new Account();
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const url = new URL((request.url ?? "").replace(/^\/accounts\/[^/]+/, ""), account.origin);
    if (url.pathname.startsWith("/files/")) return answerFile(account, request, response, { url, body });
    const { status = 200, errors = [], result, info } = answer(account, request.method ?? "", url, body);
    response.writeHead(status, { "Content-Type": "application/json" });
    const envelope = {
      success: status === 200,
      errors,
      messages: [],
      result: result ?? null,
      result_info: info,
    };
    return response.end(JSON.stringify(envelope));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  account.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    account,
    env: {
      CLOUDFLARE_API_BASE_URL: account.origin,
      CLOUDFLARE_API_TOKEN: "a-token",
      CLOUDFLARE_ACCOUNT_ID: "an-account",
    },
    close: () => server.close(),
  };
}

function answer(account: Account, method: string, url: URL, body: string): Answer {
  const { pathname: path } = url;
  const isPost = method === "POST";
  if (path.startsWith("/d1/database")) return answerD1(account, url, isPost, body);
  if (path.startsWith("/workers/")) return answerWorkers(account, { method, path, body });
  if (path === "/storage/kv/namespaces") {
    if (!isPost) return list(account.namespaces.map((title) => ({ id: "0".repeat(32), title })));
    const { title } = JSON.parse(body);
    account.namespaces.push(title);
    account.changes.push(`create KV ${title}`);
    return { result: { id: "0".repeat(32), title } };
  }
  if (path.startsWith("/r2/buckets")) {
    if (!isPost) return { result: { buckets: account.buckets.map((name) => ({ name })) } };
    const { name } = JSON.parse(body);
    account.buckets.push(name);
    account.changes.push(`create R2 ${name}`);
    return { result: {} };
  }
  return refuse(404, 7003, `no such route: ${method} ${path}`);
}

/** Signed URLs: uploads for an import, and downloads of an export. */
function answerFile(
  account: Account,
  { method }: IncomingMessage,
  response: ServerResponse,
  { url, body }: { readonly url: URL; readonly body: string },
): ServerResponse {
  const [, , uuid, name = ""] = url.pathname.split("/");
  const files = [...account.databases.values()].find((database) => database.uuid === uuid)?.files;
  if (method !== "PUT") return response.end(files?.get(name));
  files?.set(name, body);
  return response.setHeader("ETag", Database.etagOf(body)).end();
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}
