import { describe, expect, inject, it } from "vitest";
import { heldFetch } from "./held-fetch.ts";
import type { ServedBundle } from "./served-bundle.ts";

const served: ServedBundle = inject("servedBundle");

describe("the production bundle", () => {
  it("serves /openapi.json with its headers and the address of the deployment", async () => {
    const answer = await heldFetch(new URL("/openapi.json", served.production));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("X-Request-Id")).not.toBeNull();
    expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(await answer.json()).toMatchObject({
      openapi: "3.1.0",
      servers: [{ url: "https://gatehouse.example.test" }],
    });
  });

  it.each([
    ["/docs", '<script src="/docs/scalar.js" defer>'],
    ["/docs/scalar.js", "/*! @scalar/api-reference "],
    ["/docs/start.js", "window.Scalar.createApiReference("],
  ])("serves %s of the API reference", async (path, part) => {
    const answer = await heldFetch(new URL(path, served.production));
    expect([answer.status, (await answer.text()).includes(part)]).toEqual([200, true]);
  });

  it.each([
    "/openapi",
    "/openapi.json/",
    "/openapi.json%2F",
    "/public/openapi.json",
    "/pages/api-reference.js",
    "/docs/operations/logIn",
    "/docs/scalar.js/",
    "/docs/scalar",
  ])("answers 404 at %s, which is no address of an asset", async (path) => {
    const answer = await heldFetch(new URL(path, served.production), { redirect: "manual" });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: "not_found" } });
  });
});
