import { expect, inject, it } from "vitest";
import { heldFetch } from "./held-fetch.ts";
import type { ServedBundle } from "./served-bundle.ts";

const served: ServedBundle = inject("servedBundle");

// The minified bundle answers as /openapi.json describes: minification must not change names that a schema needs.
// Its database has no tables, so that routes which read one answer 503.
it.each([
  ["GET", "/healthz", 200],
  ["GET", "/.well-known/jwks.json", 503],
  ["GET", "/api/auth/csrf-token", 200],
  ["GET", "/api/auth/social", 200],
  ["GET", "/api/auth/me", 401],
  ["GET", "/api/auth/nothing", 404],
  ["PUT", "/api/auth/login", 405],
  ["POST", "/api/auth/login", 400],
  ["POST", "/api/auth/register", 400],
  ["POST", "/api/auth/refresh", 401],
] as const)("%s %s answers %d as described", async (method, path, status) => {
  const body = path.endsWith("/refresh") ? { refreshToken: "unknown" } : {};
  const write = { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await heldFetch(new URL(path, served.production), {
    method,
    ...(method === "GET" ? {} : write),
  });
  expect(answer.status).toBe(status);
});
