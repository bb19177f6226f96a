import { describe, expect, it } from "vitest";
import { operationPartOf } from "../../../src/http/openapi-operation.ts";
import { guardedRoutes, ratePolicies } from "../../../src/rate-limit/policies.ts";
import { repeatRequest } from "../../support/rate-limited-app.ts";
import { startService } from "../../support/service.ts";

const LIMIT = 5;
const WINDOW_SECONDS = 3600;
const numbers = { limit: LIMIT, windowSeconds: WINDOW_SECONDS };
/** The forms of pages that share a policy with the API. */
const pageForms = guardedRoutes().filter(
  ({ method, path }) => method === "POST" && !path.startsWith("/api/"),
);
const names = [
  ...new Set(["forgot-password", "verify-email-resend", ...pageForms.map(({ policy }) => policy)]),
];

// The burst guard uses real time, so this whole test would be a burst.
const service = startService({
  env: {
    RATE_LIMITS: JSON.stringify(Object.fromEntries(names.map((name) => [name, numbers]))),
    BURST: undefined,
  },
});

const ONE = "192.0.2.1";
const ANOTHER = "192.0.2.2";

const callApi = (path: string, body: object, ip = ONE) =>
  service.call("POST", `/api/auth${path}`, body, undefined, { "CF-Connecting-IP": ip });

const sendForm = (path: string, form: Record<string, string>, ip = ONE) =>
  service.call("POST", path, new URLSearchParams(form).toString(), undefined, {
    Accept: "text/html",
    "CF-Connecting-IP": ip,
    "Content-Type": "application/x-www-form-urlencoded",
  });

/** The documentation of the handlers of a route. */
const partsOf = (method: string, path: string) =>
  service.app.routes
    .filter((route) => route.method === method && route.path === path)
    .map(({ handler }) => operationPartOf(handler));

/** A guard has no summary. A handler with a summary may document the error for another reason. */
const isGuarded = (method: string, path: string) =>
  partsOf(method, path).some((part) => part?.failures?.includes("rate_limited") && !part.summary);

describe("rate limits of the service", () => {
  it.each(["/forgot-password", "/verify-email/resend"])(
    "limits one client that calls POST %s for 200 addresses, and no other client",
    async (path) => {
      const statuses = await repeatRequest(200, (at) => callApi(path, { email: `user-${at}@example.com` }));
      expect(statuses).toEqual([...Array(LIMIT).fill(200), ...Array(200 - LIMIT).fill(429)]);
      expect((await callApi(path, { email: "user-0@example.com" }, ANOTHER)).status).toBe(200);
    },
  );

  // The endpoints under /oauth are no pages. The pages under /account, /admin and /device require a session, so this client
  // cannot reach their limits.
  it.each(pageForms.filter(({ path }) => !/^\/(account|admin|device|language|oauth)/.test(path)))(
    "adds up requests to the page $path and to its API route",
    async ({ path, policy }) => {
      const [api = ""] = ratePolicies[policy].routes;
      const client = `192.0.2.${pageForms.findIndex((form) => form.path === path) + 10}`;
      const byForm = () => sendForm(path, { csrf: "none" }, client);
      const byCall = () => callApi(api.replace("POST /api/auth", ""), {}, client);
      const statuses = await repeatRequest(LIMIT, (at) => (at % 2 === 0 ? byForm() : byCall()));
      expect(statuses).not.toContain(429);
      const form = await byForm();
      for (const answer of [form, await byCall()]) {
        expect(answer.status).toBe(429);
        expect(answer.headers.get("Retry-After")).toBe(String(WINDOW_SECONDS));
      }
      expect(form.headers.get("Content-Type")).toContain("text/html");
      expect((await sendForm(path, { csrf: "none" }, ANOTHER)).status).not.toBe(429);
    },
  );
});

describe("POST /language", () => {
  it("is limited by client, and refuses with a page", async () => {
    const client = "192.0.2.99";
    const statuses = await repeatRequest(LIMIT, () => sendForm("/language", { locale: "de" }, client));
    expect(statuses).not.toContain(429);
    const refused = await sendForm("/language", { locale: "de" }, client);
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, String(WINDOW_SECONDS)]);
    expect(refused.headers.get("Content-Type")).toContain("text/html");
    expect(refused.headers.getSetCookie().join()).not.toContain("gh_lang");
  });
});

describe("guardedRoutes", () => {
  it("guards every write of the API except those that only end sessions", () => {
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

  it("guards every form of a page except those that only end sessions", () => {
    const forms = service.app.routes
      .filter(({ method, path }) => !/^\/(api|dev)\//.test(path) && !["ALL", "GET"].includes(method))
      .map(({ method, path }) => `${method} ${path}`);
    const unguarded = [...new Set(forms)].filter((route) => {
      const [method = "", path = ""] = route.split(" ");
      return !isGuarded(method, path);
    });
    expect(unguarded.sort()).toEqual(["POST /account/sessions", "POST /sign-out"]);
  });

  it("lists only routes that exist", () => {
    const missing = guardedRoutes().filter(({ method, path }) => partsOf(method, path).length < 2);
    expect(missing).toEqual([]);
  });
});
