import { describe, expect, it } from "vitest";
import { partOf } from "../../../src/http/operation.ts";
import { guardedRoutes } from "../../../src/rate-limit/policies.ts";
import { times } from "../../support/limited-app.ts";
import { startService } from "../../support/service.ts";

const LIMIT = 5;
const WINDOW_SECONDS = 3600;
const numbers = { limit: LIMIT, windowSeconds: WINDOW_SECONDS };
const names = ["forgot-password", "verify-email-resend", "verify-email", "reset-password"];

// The burst guard keeps real time, in which all of this is a burst.
const service = startService({
  env: {
    RATE_LIMITS: JSON.stringify(Object.fromEntries(names.map((name) => [name, numbers]))),
    BURST: undefined,
  },
});

const ONE = "192.0.2.1";
const ANOTHER = "192.0.2.2";

const ask = (path: string, body: object, ip = ONE) =>
  service.call("POST", `/api/auth${path}`, body, undefined, { "CF-Connecting-IP": ip });

const sendForm = (path: string, form: Record<string, string>, ip = ONE) =>
  service.call("POST", path, new URLSearchParams(form).toString(), undefined, {
    "CF-Connecting-IP": ip,
    "Content-Type": "application/x-www-form-urlencoded",
  });

/** What the handlers of a route say of themselves. */
const partsOf = (method: string, path: string) =>
  service.app.routes
    .filter((route) => route.method === method && route.path === path)
    .map(({ handler }) => partOf(handler));

/** A guard has no summary: a route that names the failure for reasons of its own is not yet guarded. */
const isGuarded = (method: string, path: string) =>
  partsOf(method, path).some((part) => part?.failures?.includes("rate_limited") && !part.summary);

describe("refuses", () => {
  it.each(["/forgot-password", "/verify-email/resend"])(
    "one client that asks POST %s for 200 addresses, and no other client",
    async (path) => {
      const statuses = await times(200, (at) => ask(path, { email: `somebody-${at}@example.com` }));
      expect(statuses).toEqual([...Array(LIMIT).fill(200), ...Array(200 - LIMIT).fill(429)]);
      expect((await ask(path, { email: "somebody-0@example.com" }, ANOTHER)).status).toBe(200);
    },
  );

  it.each([
    ["/verify-email", { token: "no-such-token" }],
    ["/reset-password", { token: "no-such-token", newPassword: "a quiet lighthouse 7" }],
  ])("what adds up over the page %s and its route of the API", async (path, fields) => {
    const sent = [sendForm, (to: string, body: object) => ask(to, body)];
    expect(await times(LIMIT, (at) => (sent[at % 2] ?? sendForm)(path, fields))).toEqual(
      Array(LIMIT).fill(400),
    );
    for (const answer of [await sendForm(path, fields), await ask(path, fields)]) {
      expect([answer.status, answer.body.error?.code]).toEqual([429, "rate_limited"]);
      expect(answer.headers.get("Retry-After")).toBe(String(WINDOW_SECONDS));
    }
    expect((await sendForm(path, fields, ANOTHER)).status).toBe(400);
  });
});

describe("the guards", () => {
  it("stand before every write of the API, but for those that only end sessions", () => {
    const writes = service.app.routes
      .filter(({ method, path }) => path.startsWith("/api/auth/") && !["ALL", "GET"].includes(method))
      .map(({ method, path }) => `${method} ${path}`);
    const unguarded = [...new Set(writes)].filter((route) => {
      const [method = "", path = ""] = route.split(" ");
      return !isGuarded(method, path);
    });
    expect(unguarded.sort()).toEqual([
      "DELETE /api/auth/sessions/:id",
      "POST /api/auth/logout",
      "POST /api/auth/logout-all",
    ]);
  });

  it("stand before no route that is not there", () => {
    const alone = guardedRoutes().filter(({ method, path }) => partsOf(method, path).length < 2);
    expect(alone).toEqual([]);
  });
});
