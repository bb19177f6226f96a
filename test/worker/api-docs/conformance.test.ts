import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { conformanceTo } from "../../support/contract/conform.ts";
import { committed } from "../../support/contract/document.ts";
import { watchContract } from "../../support/contract/watch.ts";
import { startService } from "../../support/service.ts";

// Whether the watch over every answer of these tests could fail: each answer is wrong in one way.

const faultsOf = conformanceTo(committed);
const REQUEST_ID = "3f2b8c1e-7d4a-4e57-9a63-0c5d1b9e8f42";

const HEADERS = {
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Request-Id": REQUEST_ID,
};
const refused = (code: string, more: object = {}) => ({
  success: false,
  message: "No.",
  error: { code, requestId: REQUEST_ID, ...more },
});

type Change = {
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Record<string, string | null>;
  readonly body?: unknown;
};

/** What is found wrong with `GET /healthz` as it should be, changed in some way. */
function faultsWith({ method = "GET", path = "/healthz", status = 200, headers, body }: Change): string[] {
  const all = new Headers(HEADERS);
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  const text = JSON.stringify(body ?? { success: true, data: { status: "ok" } });
  return faultsOf({ method, path, status, headers: all, text });
}

const SESSIONS = { method: "GET", path: "/api/auth/sessions" };
const CHALLENGE = { "WWW-Authenticate": "Bearer" };
const LIMITED = { method: "POST", path: "/api/auth/login", status: 429, body: refused("rate_limited") };

describe("an answer", () => {
  it.each<[string, Change]>([
    ["of a success", {}],
    ["of a failure", { status: 500, body: refused("internal") }],
    ["that a guard gave", { ...SESSIONS, status: 401, headers: CHALLENGE, body: refused("unauthorized") }],
    ["that is to wait", { ...LIMITED, headers: { "Retry-After": "7" } }],
    ["about what is not there", { path: "/api/auth/nothing", status: 404, body: refused("not_found") }],
    ["of what is not described, beside the API", { path: "/sign-in", status: 418, body: {} }],
  ])("%s is right as it is", (_what, change) => {
    expect(faultsWith(change)).toEqual([]);
  });

  it.each<[string, Change, RegExp]>([
    ["a status that is not described", { status: 201 }, /status is not described/],
    ["a key too many", { body: { success: true, data: { status: "ok", secret: 1 } } }, /secret/],
    ["a key too few", { body: { success: true, data: {} } }, /status/],
    ["a value of another type", { body: { success: true, data: { status: 1 } } }, /#\/data\/status/],
    ["a media type that is not described", { headers: { "Content-Type": "text/html" } }, /text\/html/],
    ["no media type", { headers: { "Content-Type": null } }, /none/],
    ["no request id", { headers: { "X-Request-Id": null } }, /X-Request-Id is not there/],
    ["another Cache-Control", { headers: { "Cache-Control": "public" } }, /Cache-Control, "public"/],
    ["a header that is not described", { headers: { "Set-Cookie": "a=b" } }, /Set-Cookie is not described/],
    ["a code that this status does not have", { status: 500, body: refused("not_found") }, /code/],
    ["a failure that holds more", { status: 500, body: refused("internal", { stack: "at" }) }, /stack/],
    ["no Retry-After", LIMITED, /Retry-After is not there/],
    ["a Retry-After in words", { ...LIMITED, headers: { "Retry-After": "soon" } }, /Retry-After, "soon"/],
    [
      "no WWW-Authenticate",
      { ...SESSIONS, status: 401, body: refused("unauthorized") },
      /WWW-Authenticate is not there/,
    ],
    ["an id that is none", { ...SESSIONS, body: { success: true, data: [{ id: "7" }] } }, /#\/data\/0\/id/],
    ["no description at all", { path: "/api/auth/secret" }, /no operation describes it/],
    [
      "no Allow beside 405",
      { path: "/api/auth/login", status: 405, body: refused("method_not_allowed") },
      /Allow/,
    ],
  ])("with %s is wrong", (_what, change, fault) => {
    expect(faultsWith(change).join("\n")).toMatch(fault);
  });
});

describe("the watch", () => {
  it("throws in place of the answer, and names the route, the status and the fault", async () => {
    const app = new Hono().get("/healthz", (c) => c.json({ success: true }, 200, HEADERS));
    watchContract(app);
    await expect(async () => app.fetch(new Request("http://gatehouse.test/healthz"))).rejects.toThrow(
      /^GET \/healthz → 200 is not what \/openapi.json says: .*data/s,
    );
  });

  it("is kept by the service of every test", async () => {
    const service = startService({ env: { ASSETS: undefined } });
    const { paths } = committed;
    expect(Object.keys(paths)).toContain("/healthz");
    const { get } = paths["/healthz"] ?? {};
    const described = get?.responses["200"];
    delete (get as { responses: Record<string, unknown> }).responses["200"];
    try {
      await expect(service.call("GET", "/healthz")).rejects.toThrow("GET /healthz → 200");
    } finally {
      (get as { responses: Record<string, unknown> }).responses["200"] = described;
    }
  });
});
