import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { committedDocument, createContractChecker, enforceContract } from "../../support/openapi-contract.ts";
import { startService } from "../../support/service.ts";

// Proves that the contract check of all other tests can fail: each response here has one fault.

const faultsOf = createContractChecker(committedDocument);
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

/** The faults of a valid response of `GET /healthz` after a change. */
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

describe("conformanceTo", () => {
  it.each<[string, Change]>([
    ["a success", {}],
    ["a failure", { status: 500, body: refused("internal") }],
    ["a failure of a guard", { ...SESSIONS, status: 401, headers: CHALLENGE, body: refused("unauthorized") }],
    ["a rate limit", { ...LIMITED, headers: { "Retry-After": "7" } }],
    ["a 404", { path: "/api/auth/nothing", status: 404, body: refused("not_found") }],
    ["an undescribed route outside the API", { path: "/sign-in", status: 418, body: {} }],
  ])("accepts %s", (_name, change) => {
    expect(faultsWith(change)).toEqual([]);
  });

  it.each<[string, Change, RegExp]>([
    ["an undescribed status", { status: 201 }, /status is not described/],
    ["an extra key", { body: { success: true, data: { status: "ok", secret: 1 } } }, /secret/],
    ["a missing key", { body: { success: true, data: {} } }, /status/],
    ["a value of another type", { body: { success: true, data: { status: 1 } } }, /#\/data\/status/],
    ["an undescribed media type", { headers: { "Content-Type": "text/html" } }, /text\/html/],
    ["no media type", { headers: { "Content-Type": null } }, /none/],
    ["no request id", { headers: { "X-Request-Id": null } }, /X-Request-Id is not there/],
    ["another Cache-Control", { headers: { "Cache-Control": "public" } }, /Cache-Control, "public"/],
    ["an undescribed header", { headers: { "Set-Cookie": "a=b" } }, /Set-Cookie is not described/],
    ["an error code of another status", { status: 500, body: refused("not_found") }, /code/],
    ["a failure with an extra key", { status: 500, body: refused("internal", { stack: "at" }) }, /stack/],
    ["no Retry-After", LIMITED, /Retry-After is not there/],
    [
      "a Retry-After that is no number",
      { ...LIMITED, headers: { "Retry-After": "soon" } },
      /Retry-After, "soon"/,
    ],
    [
      "no WWW-Authenticate",
      { ...SESSIONS, status: 401, body: refused("unauthorized") },
      /WWW-Authenticate is not there/,
    ],
    [
      "an id that is no UUID",
      { ...SESSIONS, body: { success: true, data: [{ id: "7" }] } },
      /#\/data\/0\/id/,
    ],
    ["no described operation", { path: "/api/auth/secret" }, /no operation describes it/],
    [
      "no Allow beside 405",
      { path: "/api/auth/login", status: 405, body: refused("method_not_allowed") },
      /Allow/,
    ],
  ])("rejects a response with %s", (_name, change, fault) => {
    expect(faultsWith(change).join("\n")).toMatch(fault);
  });
});

describe("watchContract", () => {
  it("throws an error with the route, the status and the fault", async () => {
    const app = new Hono().get("/healthz", (c) => c.json({ success: true }, 200, HEADERS));
    enforceContract(app);
    await expect(async () => app.fetch(new Request("http://gatehouse.test/healthz"))).rejects.toThrow(
      /^GET \/healthz → 200 is not what \/openapi.json says: .*data/s,
    );
  });

  it("checks the responses of every test service", async () => {
    const service = startService({ env: { ASSETS: undefined } });
    const { paths } = committedDocument;
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
