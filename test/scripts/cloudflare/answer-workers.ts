import type { Account, Worker } from "./account.ts";
import { type Answer, refuse } from "./answer.ts";

type ApiRequest = { readonly method: string; readonly path: string; readonly body: string };

/** /accounts/…/workers and below (developers.cloudflare.com/api/resources/workers). */
export function answerWorkers(account: Account, request: ApiRequest): Answer {
  const { method, path, body } = request;
  if (path === "/workers/subdomain") return { result: { subdomain: "example" } };
  if (path.endsWith("/assets-upload-session")) return { result: { jwt: "a.b.c", buckets: [] } };
  if (path.endsWith("/schedules")) return { result: { schedules: [] } };
  if (path.endsWith("/subdomain") || path.startsWith("/workers/workers/")) {
    const subdomain = { enabled: true, previews_enabled: false };
    return { result: { ...subdomain, subdomain } };
  }
  if (path.includes("/domains/")) return answerDomains(account, path, body);
  const [, , , name = "", what = "", id] = path.split("/");
  const isScript = path.startsWith("/workers/scripts/");
  if (isScript && (method === "PUT" || method === "POST") && (what === "" || what === "versions")) {
    return upload(account, name, { body, isDeployed: what === "" });
  }
  const worker = account.workers.get(name);
  if (!worker) return refuse(404, 10007, "This Worker does not exist on your account.");
  if (what.startsWith("secrets")) return answerSecrets(account, worker, { ...request, path: what }, name);
  if (what === "deployments") return answerDeployments(account, worker, request, name);
  if (what === "versions")
    return { result: { id, number: 1, metadata: { created_on: "2026-11-20T00:00:00Z" } } };
  if (path.startsWith("/workers/services/")) {
    const script = { last_deployed_from: "wrangler", tag: "t" };
    return { result: { default_environment: { environment: "production", script }, script } };
  }
  return { result: { bindings: worker.isBound ? bindingsOf(account, name) : [] } };
}

/** Uploads a version, and deploys it if `isDeployed`. `secret put` uploads one if the Worker does not exist. */
function upload(
  account: Account,
  name: string,
  { body, isDeployed }: { readonly body: string; readonly isDeployed: boolean },
): Answer {
  const worker = account.makeWorker(name);
  for (const [, secret = "", text = ""] of body.matchAll(
    /"name":"([A-Z_]+)","type":"secret_text","text":"([^"]*)"/g,
  )) {
    worker.secrets.set(secret, text);
  }
  worker.versions += 1;
  worker.isBound = body.includes('"type":"kv_namespace"') || body.includes('"name":"KV","type":"inherit"');
  const id = `v${worker.versions}`;
  if (isDeployed) account.deploy(worker, id);
  if (isDeployed) account.changes.push(deploymentOf(name));
  return { result: { id, startup_time_ms: 1, resources: { script: { etag: "e" } } } };
}

function answerSecrets(
  account: Account,
  { secrets }: Worker,
  { method, path, body }: ApiRequest,
  name: string,
): Answer {
  if (method === "GET")
    return { result: [...secrets.keys()].map((secret) => ({ name: secret, type: "secret_text" })) };
  const input = JSON.parse(body);
  const changes: [string, { text: string } | null][] =
    path === "secrets-bulk" ? Object.entries(input.secrets) : [[input.name, input]];
  for (const [secret, change] of changes) {
    if (change === null) secrets.delete(secret);
    else secrets.set(secret, change.text);
  }
  account.changes.push(`set ${changes.map(([secret]) => secret).join(", ")} of ${name}`);
  return { result: {} };
}

function answerDeployments(
  account: Account,
  worker: Worker,
  { method, body }: ApiRequest,
  name: string,
): Answer {
  if (method === "GET") return { result: { deployments: worker.deployments } };
  const { versions, annotations } = JSON.parse(body);
  const [{ version_id: id }] = versions;
  account.changes.push(id === `v${worker.versions}` ? deploymentOf(name) : `roll ${name} back to ${id}`);
  account.deploy(worker, id, annotations);
  return { result: { id: "d" } };
}

const deploymentOf = (name: string): string => (name === "gatehouse" ? "deploy" : `deploy ${name}`);

/** Custom domains: a changeset for a preview, or the change. */
function answerDomains(account: Account, path: string, body: string): Answer {
  if (path.endsWith("/changeset"))
    return { result: { added: JSON.parse(body), removed: [], updated: [], conflicting: [] } };
  for (const { hostname } of JSON.parse(body).origins) account.domains.add(hostname);
  return { result: {} };
}

function bindingsOf({ databases, buckets }: Account, worker: string) {
  return [
    { type: "kv_namespace", name: "KV", namespace_id: "0".repeat(32) },
    { type: "r2_bucket", name: "AVATARS", bucket_name: buckets.find((bucket) => bucket.startsWith(worker)) },
    { type: "d1", name: "DB", id: databases.get(worker)?.uuid },
  ];
}
