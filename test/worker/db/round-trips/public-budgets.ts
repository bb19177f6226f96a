import { type BudgetTable, service } from "./measured-service.ts";

export const publicBudgets: BudgetTable = {
  "POST /oauth/register": {
    budget: { d1: 1, kvGets: 1, kvPuts: 0 },
    status: 201,
    request: async () => ({
      method: "POST",
      path: "/oauth/register",
      body: { redirect_uris: ["https://app.example.com/callback"] },
    }),
  },
  "GET /.well-known/jwks.json": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/.well-known/jwks.json" }),
  },
  "GET /.well-known/change-password": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    status: 303,
    request: async () => ({ method: "GET", path: "/.well-known/change-password" }),
  },
  "GET /.well-known/webauthn": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    status: 404,
    request: async () => ({ method: "GET", path: "/.well-known/webauthn" }),
  },
  "GET /healthz": {
    budget: { d1: 0, kvGets: 0, kvPuts: 0 },
    request: async () => ({ method: "GET", path: "/healthz" }),
  },
  // A cached report of the last ten seconds. test/worker/health/deep covers a new one.
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
