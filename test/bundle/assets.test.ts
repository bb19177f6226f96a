import { describe, expect, inject, it } from "vitest";
import { heldFetch } from "./held-fetch.ts";
import type { ServedBundle } from "./served-bundle.ts";

const served: ServedBundle = inject("servedBundle");

describe("the assets of the production bundle", () => {
  it("are served by the Worker: with its headers, and with what it puts in", async () => {
    const answer = await heldFetch(new URL("/openapi.json", served.production));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("X-Request-Id")).not.toBeNull();
    expect(answer.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(await answer.json()).toMatchObject({
      openapi: "3.1.0",
      servers: [{ url: "https://gatehouse.example.test" }],
    });
  });

  it("are the pages of /docs, with this deployment's address in them", async () => {
    for (const [path, part] of [
      ["/docs", "/docs/logIn"],
      ["/docs/logIn", "https://gatehouse.example.test/api/auth/login"],
      ["/docs/try.js", "fetch("],
    ] as const) {
      const answer = await heldFetch(new URL(path, served.production));
      expect([answer.status, (await answer.text()).includes(part)], path).toEqual([200, true]);
    }
  });

  it.each([
    "/openapi",
    "/openapi.json/",
    "/openapi.json%2F",
    "/public/openapi.json",
    "/docs/operations/logIn",
    "/docs/style.css",
  ])("have no other address, such as %s", async (path) => {
    const answer = await heldFetch(new URL(path, served.production), { redirect: "manual" });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: "not_found" } });
  });
});
