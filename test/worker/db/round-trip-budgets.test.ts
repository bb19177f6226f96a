import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { partOf } from "../../../src/http/operation.ts";
import { ratePolicies } from "../../../src/rate-limit/policies.ts";
import { idOf, signedInAs } from "../../support/admins.ts";
import { openBrowser } from "../../support/browser.ts";
import { tinyPng } from "../../support/image-parts.ts";
import { newNumber, phoneChallengeOf, proveNumber } from "../../support/phones.ts";
import { countKv, recordD1 } from "../../support/recording-d1.ts";
import { challengeOf, wrongCode } from "../../support/second-factor.ts";
import { startService } from "../../support/service.ts";
import { VERIFIER } from "../../support/social/app.ts";
import { startRedirect } from "../../support/social/browser-flow.ts";
import { authorizationCodeFor, linkGitHub } from "../../support/social/inserted-rows.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import {
  logIn,
  member,
  newAddress,
  PASSWORD,
  register,
  signedInMember,
  tokenMailedTo,
} from "../../support/users.ts";

/** Round trips before the response on a warm isolate (docs/architecture.md). A batch is one. */
type Budget = { readonly d1: number; readonly kvGets: number; readonly kvPuts: number };
type Request = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Record<string, string>;
};

const IMAGE = { "Content-Type": "image/png" };
const d1 = recordD1(env.DB);
const kv = countKv(env.KV);
const now = () => ({ d1: d1.trips, kvGets: kv.gets, kvPuts: kv.puts });
let atAnswer = now();
// Limits are on, for their KV read is part of the budget, and too wide to be reached. The burst guard
// keeps real time, in which all of this is a burst; it is no round trip.
const wide = Object.keys(ratePolicies).map((name) => [name, { limit: 100_000 }]);
const RATE_LIMITS = JSON.stringify(Object.fromEntries(wide));
const MAIL_HOURLY_CAP = "100000";
const providers = openProviders();
const service = startService({
  env: { ...providers.variables, DB: d1.db, KV: kv.kv, RATE_LIMITS, BURST: undefined, MAIL_HOURLY_CAP },
  onAnswer: () => {
    atAnswer = now();
  },
});

/** Counts until the answer is ready, and no further: what is deferred is not the caller's wait. */
async function costOf({ method, path, body, token, headers }: Request): Promise<Budget & { status: number }> {
  const before = now();
  const { status } = await service.call(method, path, body, token, headers);
  const cost = {
    d1: atAnswer.d1 - before.d1,
    kvGets: atAnswer.kvGets - before.kvGets,
    kvPuts: atAnswer.kvPuts - before.kvPuts,
  };
  // What the service says of itself in its log is what happened.
  const line = service.log.at(-1);
  expect([line?.d1, line?.kv]).toEqual([cost.d1, cost.kvGets + cost.kvPuts]);
  return { status, ...cost };
}

const api = (method: string, path: string, body?: unknown, token?: string): Request => ({
  method,
  path: `/api/auth${path}`,
  body,
  token,
});

async function withSecondStep(): Promise<string> {
  const { email, token } = await signedInMember(service);
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  return email;
}

/** A superuser's request that does something to somebody. */
const onSomebody = (method: string, path: string, budget: Budget, body?: unknown) => ({
  budget,
  request: async (): Promise<Request> => {
    const { token } = await signedInAs(service, "superuser");
    const id = await idOf((await member(service)).email);
    const headers = body === tinyPng ? IMAGE : undefined;
    return { ...api(method, `/users/${id}${path}`, body, token), headers };
  },
});

/** Somebody who comes back from GitHub. */
async function callback(email = newAddress()): Promise<Request> {
  const person = socialUser({ email });
  await providers.be(person);
  const browser = openBrowser(service);
  const path = await startRedirect(browser, "github", person);
  const Cookie = `__Host-gh_social=${browser.jar.get("__Host-gh_social")}`;
  return { ...api("GET", path), headers: { Cookie } };
}

/** Each route with its budget, and a request that goes all its way. */
const table: Record<string, { budget: Budget; status?: number; request: () => Promise<Request> }> = {
  "POST /register, a new address": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => api("POST", "/register", { email: newAddress(), password: PASSWORD, name: "Ada" }),
  },
  "POST /register, a known address": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { email } = await register(service);
      return api("POST", "/register", { email, password: PASSWORD, name: "Ada" });
    },
  },
  "POST /verify-email": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await register(service);
      return api("POST", "/verify-email", { token: await tokenMailedTo(service, email) });
    },
  },
  "GET /verify-email": {
    budget: { d1: 1, kvGets: 0, kvPuts: 0 },
    request: async () => {
      const { email } = await register(service);
      return api("GET", `/verify-email?token=${await tokenMailedTo(service, email)}`);
    },
  },
  "POST /verify-email/resend": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/verify-email/resend", { email: (await register(service)).email }),
  },
  "POST /login": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await signedInMember(service);
      return api("POST", "/login", { email, password: PASSWORD });
    },
  },
  "POST /login, a wrong password": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 401,
    request: async () =>
      api("POST", "/login", { email: (await signedInMember(service)).email, password: "wrong" }),
  },
  "POST /login, an unknown address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 401,
    request: async () => api("POST", "/login", { email: newAddress(), password: "wrong" }),
  },
  "POST /login, a second step": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/login", { email: await withSecondStep(), password: PASSWORD }),
  },
  "POST /login/otp": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { challengeId, code } = await challengeOf(service, await withSecondStep());
      return api("POST", "/login/otp", { challengeId, code });
    },
  },
  "POST /login/otp, a wrong code": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const { challengeId, code } = await challengeOf(service, await withSecondStep());
      return api("POST", "/login/otp", { challengeId, code: wrongCode(code) });
    },
  },
  "POST /login/otp/resend": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { challengeId } = await challengeOf(service, await withSecondStep());
      return api("POST", "/login/otp/resend", { challengeId });
    },
  },
  "GET /csrf-token": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/csrf-token"),
  },
  "POST /captcha/verify, captchas being off": {
    budget: { d1: 0, kvGets: 1, kvPuts: 0 },
    status: 404,
    request: async () => api("POST", "/captcha/verify", { token: "t" }),
  },
  "POST /refresh": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/refresh", { refreshToken: (await signedInMember(service)).refreshToken }),
  },
  "POST /logout": {
    budget: { d1: 1, kvGets: 0, kvPuts: 1 },
    request: async () => api("POST", "/logout", undefined, (await signedInMember(service)).token),
  },
  "POST /logout-all": {
    budget: { d1: 2, kvGets: 0, kvPuts: 1 },
    request: async () => api("POST", "/logout-all", undefined, (await signedInMember(service)).token),
  },
  "GET /sessions": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/sessions", undefined, (await signedInMember(service)).token),
  },
  "DELETE /sessions/:id": {
    budget: { d1: 2, kvGets: 0, kvPuts: 1 },
    request: async () => {
      const { email, token } = await signedInMember(service);
      const other = await logIn(service, email);
      const list = (await service.get("/sessions", other.token)).body.data as {
        id: string;
        current: boolean;
      }[];
      return api("DELETE", `/sessions/${list.find((session) => session.current)?.id}`, undefined, token);
    },
  },
  "GET /me": {
    budget: { d1: 1, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me", undefined, (await signedInMember(service)).token),
  },
  "PATCH /me": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => api("PATCH", "/me", { name: "Grace" }, (await signedInMember(service)).token),
  },
  "POST /me/password": {
    // One of them takes back the attempt that was counted before the password was looked at.
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const body = { currentPassword: PASSWORD, newPassword: "a newer lighthouse" };
      return api("POST", "/me/password", body, (await signedInMember(service)).token);
    },
  },
  "POST /me/email": {
    // One of them takes back the attempt that was counted before the password was looked at.
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const body = { newEmail: newAddress(), password: PASSWORD };
      return api("POST", "/me/email", body, (await signedInMember(service)).token);
    },
  },
  "POST /me/otp": {
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/otp", { enabled: true, password: PASSWORD }, (await signedInMember(service)).token),
  },
  "POST /me/deactivate": {
    // One of them takes back the attempt that was counted before the password was looked at.
    budget: { d1: 4, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/deactivate", { password: PASSWORD }, (await signedInMember(service)).token),
  },
  "PUT /me/avatar": {
    // The object is announced before it is stored, and shown after it is there.
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => ({
      ...api("PUT", "/me/avatar", tinyPng, (await signedInMember(service)).token),
      headers: IMAGE,
    }),
  },
  "DELETE /me/avatar": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInMember(service);
      await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
      return api("DELETE", "/me/avatar", undefined, token);
    },
  },
  "GET /avatars/:key": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInMember(service);
      const { body } = await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
      return { method: "GET", path: new URL(body.data.avatarUrl).pathname };
    },
  },
  "GET /users": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () =>
      api("GET", "/users?search=ada&limit=10", undefined, (await signedInAs(service, "admin")).token),
  },
  "POST /users": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => {
      const { token } = await signedInAs(service, "admin");
      return api("POST", "/users", { email: newAddress(), name: "Grace" }, token);
    },
  },
  "GET /users/:id": onSomebody("GET", "", { d1: 2, kvGets: 0, kvPuts: 0 }),
  "PATCH /users/:id": onSomebody("PATCH", "", { d1: 3, kvGets: 1, kvPuts: 0 }, { name: "Grace" }),
  "DELETE /users/:id, who is deactivated": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInAs(service, "superuser");
      const id = await idOf((await member(service)).email);
      await service.post(`/users/${id}/deactivate`, undefined, token);
      return api("DELETE", `/users/${id}`, undefined, token);
    },
  },
  "POST /users/:id/activate, who is active": onSomebody("POST", "/activate", { d1: 2, kvGets: 1, kvPuts: 0 }),
  "POST /users/:id/deactivate": onSomebody("POST", "/deactivate", { d1: 3, kvGets: 1, kvPuts: 1 }),
  "POST /users/:id/unlock": onSomebody("POST", "/unlock", { d1: 3, kvGets: 1, kvPuts: 0 }),
  "POST /users/:id/reset-password": onSomebody("POST", "/reset-password", { d1: 3, kvGets: 1, kvPuts: 0 }),
  "DELETE /users/:id/sessions": onSomebody("DELETE", "/sessions", { d1: 3, kvGets: 1, kvPuts: 1 }),
  "PUT /users/:id/role": onSomebody("PUT", "/role", { d1: 3, kvGets: 1, kvPuts: 1 }, { role: "admin" }),
  "PUT /users/:id/avatar": onSomebody("PUT", "/avatar", { d1: 4, kvGets: 1, kvPuts: 0 }, tinyPng),
  "DELETE /users/:id/avatar, where there is none": onSomebody("DELETE", "/avatar", {
    d1: 2,
    kvGets: 1,
    kvPuts: 0,
  }),
  "GET /audit": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/audit", undefined, (await signedInAs(service, "admin")).token),
  },
  "POST /me/phone": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/me/phone", { phone: newNumber() }, (await signedInMember(service)).token),
  },
  "POST /me/phone/verify": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInMember(service);
      const { challengeId, code } = await phoneChallengeOf(service, token);
      return api("POST", "/me/phone/verify", { challengeId, code }, token);
    },
  },
  "POST /me/phone/verify, a wrong code": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    status: 400,
    request: async () => {
      const { token } = await signedInMember(service);
      const { challengeId, code } = await phoneChallengeOf(service, token);
      return api("POST", "/me/phone/verify", { challengeId, code: wrongCode(code) }, token);
    },
  },
  "DELETE /me/phone": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { token } = await signedInMember(service);
      await proveNumber(service, token);
      return api("DELETE", "/me/phone", undefined, token);
    },
  },
  "POST /forgot-password, a known address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/forgot-password", { email: (await signedInMember(service)).email }),
  },
  "POST /forgot-password, an unknown address": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    request: async () => api("POST", "/forgot-password", { email: newAddress() }),
  },
  "GET /reset-password": {
    budget: { d1: 1, kvGets: 0, kvPuts: 0 },
    request: async () => {
      const { email } = await signedInMember(service);
      await service.post("/forgot-password", { email });
      return api("GET", `/reset-password?token=${await tokenMailedTo(service, email)}`);
    },
  },
  "POST /reset-password": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await signedInMember(service);
      await service.post("/forgot-password", { email });
      const token = await tokenMailedTo(service, email);
      return api("POST", "/reset-password", { token, newPassword: "a newer lighthouse" });
    },
  },
  "GET /social": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/social"),
  },
  "GET /social/:provider/start": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 302,
    request: async () => api("GET", "/social/github/start"),
  },
  "GET /social/:provider/callback, somebody new": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    status: 302,
    request: () => callback(),
  },
  "GET /social/:provider/callback, an account under the same proven address": {
    budget: { d1: 3, kvGets: 1, kvPuts: 0 },
    status: 302,
    request: async () => callback((await signedInMember(service)).email),
  },
  "POST /social/:provider/token": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () =>
      api("POST", "/social/github/token", { accessToken: await providers.tokenOf(socialUser()) }),
  },
  "POST /exchange": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email } = await signedInMember(service);
      const code = await authorizationCodeFor(email, service.clock.now());
      return api("POST", "/exchange", { code, codeVerifier: VERIFIER });
    },
  },
  "GET /me/identities": {
    budget: { d1: 2, kvGets: 0, kvPuts: 0 },
    request: async () => api("GET", "/me/identities", undefined, (await signedInMember(service)).token),
  },
  "POST /me/identities/:provider": {
    budget: { d1: 6, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const accessToken = await providers.tokenOf(socialUser());
      const { token } = await signedInMember(service);
      return api("POST", "/me/identities/github", { accessToken, password: PASSWORD }, token);
    },
  },
  "DELETE /me/identities/:provider": {
    budget: { d1: 2, kvGets: 1, kvPuts: 0 },
    request: async () => {
      const { email, token } = await signedInMember(service);
      await linkGitHub(email);
      return api("DELETE", "/me/identities/github", undefined, token);
    },
  },
  "GET /.well-known/jwks.json": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/.well-known/jwks.json" }),
  },
  "GET /healthz": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/healthz" }),
  },
  // A report of the last ten seconds; a new one is in worker/health/deep.
  "GET /healthz/deep": {
    budget: { d1: 0, kvGets: 1, kvPuts: 0 },
    request: async () => {
      await service.call("GET", "/healthz/deep");
      return { method: "GET", path: "/healthz/deep" };
    },
  },
  "GET /openapi.json": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/openapi.json" }),
  },
  ...Object.fromEntries(
    ["/docs", "/docs/scalar.js", "/docs/start.js"].map((path) => [
      `GET ${path}`,
      {
        budget: { d1: 0, kvGets: 0, kvPuts: 0 },
        request: async () => ({ method: "GET", path }),
      },
    ]),
  ),
};

describe("round trips before the response, on a warm isolate", () => {
  for (const [route, { budget, status = 200, request }] of Object.entries(table)) {
    it(`${route}: ${budget.d1} to D1, ${budget.kvGets} gets and ${budget.kvPuts} puts to KV`, async () => {
      await signedInMember(service);
      expect(await costOf(await request())).toEqual({ status, ...budget });
    });
  }

  it("has a line for every route that there is, but for the pages: `worker/ui/page-budgets`", () => {
    const listed = new Set(Object.keys(table).map((key) => key.split(",")[0]));
    const pages = new Set(
      service.app.routes.filter(({ handler }) => partOf(handler)?.page).map(({ path }) => path),
    );
    const routes = service.app.routes.filter(
      ({ method, path }) => method !== "ALL" && !path.startsWith("/dev/") && !pages.has(path),
    );
    const missing = routes.map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`);
    expect([...new Set(missing)].filter((route) => !listed.has(route))).toEqual([]);
  });

  it("adds one read of the keys on a cold isolate, and nothing else", async () => {
    const { email, token } = await signedInMember(service);
    for (const request of [
      api("GET", "/me", undefined, token),
      api("POST", "/login", { email, password: PASSWORD }),
    ]) {
      const cold = startService();
      await cold.call(request.method, request.path, request.body, request.token);
      const warmCost = await costOf(request);
      expect(cold.log.at(-1)?.d1).toBe(warmCost.d1 + 1);
    }
  });
});
