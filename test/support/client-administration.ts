import { env } from "cloudflare:workers";
import type { Service } from "./service.ts";
import { type SignedIn, signedInAs } from "./users.ts";

/** A resource for the tests of clients, as RESOURCES. */
export const NOTES_API = "https://api.example.com";
export const RESOURCES = JSON.stringify([
  { uri: NOTES_API, scopes: { "notes:read": "Read your notes", "notes:write": "Change your notes" } },
  {
    uri: "https://mcp.example.com",
    dynamicClients: true,
    scopes: { "tools:use": "Use the tools" },
  },
]);

export const CALLBACK = "https://app.example.com/callback";

/** Calls `/api/auth/clients` with the access token of that user. */
export const clientsApiAs = (service: Service, { token }: Pick<SignedIn, "token">) => ({
  call: (method: string, path = "", body?: unknown) =>
    service.call(method, `/api/auth/clients${path}`, body, token),
});

/** A superuser's calls of `/api/auth/clients`, and a confidential web client. */
export async function registeredClient(service: Service, fields: object = {}) {
  const superuser = await signedInAs(service, "superuser");
  const { call } = clientsApiAs(service, superuser);
  const answer = await call("POST", "", { name: "Notes", redirectUris: [CALLBACK], ...fields });
  if (answer.status !== 201) throw new Error(`POST /clients answered ${answer.status}: ${answer.text}`);
  const { client, secret } = answer.body.data;
  return { superuser, call, client, secret: secret as string | null };
}

/** Inserts a grant of a user, and a session under it. Returns the id of the session. */
export async function insertGrant(clientId: string, accountId: string, now: number): Promise<string> {
  const grantId = crypto.randomUUID();
  const sessionId = crypto.randomUUID();
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO oauth_grants (id, account_id, client_id, resource, scope, redirect_host, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'openid', 'app.example.com', ?, ?)`,
    ).bind(grantId, accountId, clientId, NOTES_API, now, now),
    env.DB.prepare(
      `INSERT INTO sessions (id, account_id, generation, amr, created_at, last_used_at, rotated_at, idle_expires_at,
         expires_at, client_id, grant_id, scope) VALUES (?, ?, 1, 'pwd', ?, ?, ?, ?, ?, ?, ?, 'openid')`,
    ).bind(sessionId, accountId, now, now, now, now + 1e9, now + 1e9, clientId, grantId),
  ]);
  return sessionId;
}

/** Performs every change of a client, so that each of its statements and events occurs once. */
export async function administerClient(service: Service, superuser: SignedIn): Promise<void> {
  const { call } = clientsApiAs(service, superuser);
  const { client } = (await call("POST", "", { name: "Notes", redirectUris: [CALLBACK] })).body.data;
  await insertGrant(client.id, superuser.id, service.clock.now());
  for (const [method, path, body] of [
    ["GET", "?limit=1"],
    ["GET", `/${client.id}`],
    ["GET", `/${client.id}/grants`],
    ["PATCH", `/${client.id}`, { name: "Renamed" }],
    ["POST", `/${client.id}/secrets`, { overlapSeconds: 0 }],
    ["POST", `/${client.id}/secrets`, { overlapSeconds: 60 }],
  ] as const) {
    const answer = await call(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  }
  const { secrets } = (await call("GET", `/${client.id}`)).body.data;
  await call("DELETE", `/${client.id}/secrets/${secrets[0].id}`);
  await call("PATCH", `/${client.id}`, { type: "public", authMethod: "none" });
  await call("DELETE", `/${client.id}`);
}
