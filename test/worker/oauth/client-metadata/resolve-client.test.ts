import { env } from "cloudflare:workers";
import { describe, expect, inject, it } from "vitest";
import { runInScope } from "../../../../src/composition/request-scope.ts";
import type { DeferredWork } from "../../../../src/core/defer.ts";
import { newMeter } from "../../../../src/db/metered-d1.ts";
import { resolveClient } from "../../../../src/oauth/client-metadata/resolve-client.ts";
import { CALLBACK, insertGrant, RESOURCES } from "../../../support/client-administration.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import type { LoopbackAnswer } from "../../../support/loopback/protocol.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser } from "../../../support/users.ts";

const HOUR = 3_600_000;
const host = new URL(inject("loopbackUrl")).host;
const service = startService({
  env: { RESOURCES, CLIENT_METADATA_HOSTS: host },
  documentTimeoutMs: 1000,
});

const respond = (body: unknown, headers: Record<string, string> = {}, status = 200): LoopbackAnswer => ({
  kind: "respond",
  status,
  headers: { "Content-Type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** A host with a metadata document. */
function openDocument() {
  const loopback = openLoopback();
  const clientId = `${loopback.url}/client.json`;
  return {
    ...loopback,
    clientId,
    document: { client_id: clientId, client_name: "Tool", redirect_uris: [CALLBACK] },
  };
}

async function resolve(clientId: string, of = service) {
  const meter = newMeter();
  const { clock } = of;
  const deps = await of.composition(of.env);
  const deferred: DeferredWork[] = [];
  const defer = (work: DeferredWork) => void deferred.push(work);
  return runInScope({ clock, meter, defer, startWork: () => undefined }, async () => {
    const found = await resolveClient(deps, clientId, clock.now());
    const { d1 } = meter;
    for (const work of deferred) await work();
    return { client: found?.client ?? null, d1 };
  });
}

/** The columns of a client that a copy keeps. */
const COPIED =
  "name, type, auth_method, redirect_uris, post_logout_redirect_uris, grant_types, resources, scopes, source, " +
  "metadata_expires_at, updated_at";

const rowsOf = async (clientId: string) =>
  (await env.DB.prepare("SELECT * FROM oauth_clients WHERE id = ?").bind(clientId).all()).results;

describe("a client of a metadata document", () => {
  it("is fetched once, without credentials, and found in D1 until its document expires", async () => {
    const { clientId, document, answer, requests } = openDocument();
    await answer(respond(document, { "Cache-Control": "max-age=600" }));
    const first = await resolve(clientId);
    expect(first.client).toMatchObject({ id: clientId, name: "Tool", type: "public", source: "metadata" });
    expect(await resolve(clientId)).toEqual({ client: first.client, d1: 1 });
    const [request] = await requests();
    expect(request?.headers).toMatchObject({ accept: "application/json" });
    expect(Object.keys(request?.headers ?? {})).not.toEqual(
      expect.arrayContaining(["cookie", "authorization"]),
    );
    service.clock.advance(600_000 - 1);
    await resolve(clientId);
    expect(await requests()).toHaveLength(1);
    service.clock.advance(1);
    await answer(respond({ ...document, client_name: "Renamed" }));
    const renamed = await resolve(clientId);
    expect(renamed.client).toMatchObject({ name: "Renamed", createdAt: first.client?.createdAt });
    // The row is replaced after the response.
    expect(renamed.d1).toBe(1);
    expect(await requests()).toHaveLength(2);
    expect(await rowsOf(clientId)).toMatchObject([{ name: "Renamed" }]);
    expect((await resolve(clientId)).client).toMatchObject({ name: "Renamed" });
    expect(await requests()).toHaveLength(2);
  });

  it.each<[string, (document: object) => LoopbackAnswer]>([
    ["a redirect", (document) => respond(document, { Location: `${inject("loopbackUrl")}/other` }, 302)],
    ["a page", (document) => respond(document, { "Content-Type": "text/html" })],
    ["no media type", (document) => respond(document, { "Content-Type": "" })],
    ["text that is no JSON", () => respond("{")],
    ["more than 64 KiB", (document) => respond({ ...document, padding: "a".repeat(64 * 1024) })],
    ["the client_id of another URL", (document) => respond({ ...document, client_id: "https://acme.com/c" })],
    ["an error", (document) => respond(document, {}, 404)],
    ["a failure of the server", (document) => respond(document, {}, 503)],
    ["no answer", () => ({ kind: "hang" })],
    ["a body without an end", () => ({ kind: "hang_in_body", status: 200 })],
    ["a closed connection", () => ({ kind: "close" })],
  ])("is unknown when its host sends %s, which is not cached", async (_name, answerTo) => {
    const { clientId, document, answer, requests } = openDocument();
    await answer(answerTo(document));
    expect((await resolve(clientId)).client).toBeNull();
    expect(await rowsOf(clientId)).toEqual([]);
    const before = (await requests()).length;
    await answer(respond(document));
    expect((await resolve(clientId)).client).not.toBeNull();
    expect((await requests()).length).toBe(before + 1);
  });

  it("stays known for a day while its host is unreachable, and ends when the document is gone", async () => {
    const { clientId, document, answer } = openDocument();
    await answer(respond(document, { "Cache-Control": "max-age=300" }), respond("", {}, 503));
    await resolve(clientId);
    service.clock.advance(23 * HOUR);
    expect((await resolve(clientId)).client).not.toBeNull();
    await answer(respond("", {}, 410));
    expect((await resolve(clientId)).client).toBeNull();
    await answer(respond("", {}, 503));
    service.clock.advance(HOUR);
    expect((await resolve(clientId)).client).toBeNull();
  });

  it("is not fetched from a host that is not listed, not even with an earlier row", async () => {
    const { clientId, document, answer, requests } = openDocument();
    await answer(respond(document));
    await resolve(clientId);
    for (const variables of [{ CLIENT_METADATA_HOSTS: "" }, { CLIENT_METADATA_DOCUMENTS: "off" }]) {
      const strict = startService({ env: { ...service.env, ...variables }, clock: service.clock });
      expect(await resolve(clientId, strict)).toEqual({ client: null, d1: 0 });
    }
    expect(await requests()).toHaveLength(1);
  });

  it.each([
    "https://localhost/client.json",
    "https://127.0.0.1/client.json",
    "https://10.0.0.1/client.json",
    "http://gatehouse.test/client.json",
    "https://user@app.acme.com/client.json",
  ])("%s is refused without a request, also when every host is allowed", async (clientId) => {
    const open = startService({ env: { ...service.env, CLIENT_METADATA_DOCUMENTS: "on" } });
    expect(await resolve(clientId, open)).toEqual({ client: null, d1: 0 });
  });

  it("never replaces a client that was registered otherwise", async () => {
    const { clientId, document, answer } = openDocument();
    await answer(respond(document));
    await resolve(clientId);
    await env.DB.prepare(
      "UPDATE oauth_clients SET source = 'admin', name = 'Kept', metadata_expires_at = 0 WHERE id = ?",
    )
      .bind(clientId)
      .run();
    await resolve(clientId);
    expect(await rowsOf(clientId)).toMatchObject([{ source: "admin", name: "Kept" }]);
  });

  it("a registered client needs one round trip, and an unknown one is unknown", async () => {
    expect(await resolve("client_unknown")).toEqual({ client: null, d1: 1 });
  });
});

describe("clients of metadata documents that no user has allowed", () => {
  it("are 1000 at most: the oldest are deleted, and come back when they are named again", async () => {
    const { clientId, document, answer } = openDocument();
    await answer(respond(document));
    await resolve(clientId);
    const [used, granted] = ["used", "granted"].map((name) => `https://${name}.example.org/client.json`);
    const insertCopies = (count: number, id: string, changes: string) =>
      env.DB.prepare(
        `INSERT INTO oauth_clients (id, created_at, last_used_at, ${COPIED})
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
         SELECT ${id}, ${changes}, ${COPIED} FROM oauth_clients, n WHERE id = ?1`,
      );
    await insertCopies(1, "?2", "1, 1").bind(clientId, used).run();
    await insertCopies(1, "?2", "1, NULL").bind(clientId, granted).run();
    const { email } = await registerVerifiedUser(service);
    await insertGrant(granted ?? "", await accountIdOf(email), service.clock.now());
    await insertCopies(1000, "'https://flood.example.org/' || i", "created_at + i, NULL")
      .bind(clientId)
      .run();
    const next = openDocument();
    service.clock.advance(10_000);
    await next.answer(respond(next.document));
    await resolve(next.clientId);
    const unused =
      "SELECT count(*) AS n FROM oauth_clients WHERE source = 'metadata' AND last_used_at IS NULL AND id != ?";
    expect(await env.DB.prepare(unused).bind(granted).first("n")).toBe(1000);
    for (const id of [used, granted, next.clientId]) expect(await rowsOf(id ?? "")).toHaveLength(1);
    expect(await rowsOf(clientId)).toHaveLength(0);
    expect((await resolve(clientId)).client?.id).toBe(clientId);
  });
});
