import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { partOf } from "../../../src/http/operation.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";

type Operation = {
  readonly summary: string;
  readonly security: readonly object[];
  readonly requestBody?: object;
  readonly responses: Record<string, { description: string }>;
};
type Document = {
  readonly openapi: string;
  readonly info: { readonly title: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
};

const service = startService();
const document = JSON.parse((await service.call("GET", "/openapi.json")).text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("/openapi.json", () => {
  it("is OpenAPI 3.1 of this very service", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: "Gatehouse auth API", version: "1" });
    expect(document.servers).toEqual([{ url: "http://gatehouse.test" }]);
  });

  it("has the name and the address of the deployment that serves it, and differs in nothing else", async () => {
    const other = startService({ env: { APP_NAME: "Lighthouse", PUBLIC_URL: "http://lighthouse.test" } });
    // Twice: what an isolate keeps is the same as what it has read.
    for (const _ of [1, 2]) {
      expect(JSON.parse((await other.call("GET", "/openapi.json")).text)).toEqual({
        ...document,
        info: { ...document.info, title: "Lighthouse auth API" },
        servers: [{ url: "http://lighthouse.test" }],
      });
    }
  });

  it("may be kept for five minutes by anybody, and has the headers of every answer", async () => {
    const { headers } = await service.call("GET", "/openapi.json");
    expect(headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(headers.get("Content-Type")).toBe("application/json");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("X-Request-Id")).not.toBeNull();
  });

  it.each([
    ["are not bound", undefined],
    ["do not hold it", { fetch: async () => Response.json({ info: {} }, { status: 404 }) }],
  ])("is unavailable when the assets %s", async (_what, ASSETS) => {
    const incomplete = startService({ env: { ASSETS } });
    expectRefusal(await incomplete.call("GET", "/openapi.json"), 503, "unavailable");
  });

  it("is unavailable only for as long as the assets do not answer", async () => {
    const { ASSETS } = env;
    let isDown = true;
    const fetch = async (url: string) => {
      if (isDown || !ASSETS) throw new Error("the assets are down");
      return ASSETS.fetch(url);
    };
    const shaken = startService({ env: { ASSETS: { fetch } } });
    expectRefusal(await shaken.call("GET", "/openapi.json"), 503, "unavailable");
    isDown = false;
    expect(JSON.parse((await shaken.call("GET", "/openapi.json")).text)).toEqual(document);
  });

  it("has an operation for every route of the API, that is, all but itself, the pages and the development mailbox", () => {
    const pages = service.app.routes.filter(({ handler }) => partOf(handler)?.page).map(({ path }) => path);
    const described = new Set(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`));
    const left = ["/openapi.json", ...pages];
    const undescribed = service.app.routes
      .filter(({ method, path }) => method !== "ALL" && !path.startsWith("/dev/") && !left.includes(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
      .filter((route) => !described.has(route));
    expect(undescribed).toEqual([]);
    expect(described.size).toBeGreaterThan(15);
  });

  it("says of each operation what it is for, and that it may fail", () => {
    for (const { path, operation } of operations) {
      expect(operation.summary, path).not.toBe("");
      const statuses = Object.keys(operation.responses);
      expect(statuses, path).toEqual(expect.arrayContaining(["500", "503"]));
      if (operation.requestBody)
        expect(statuses, path).toEqual(expect.arrayContaining(["400", "413", "415"]));
      if (operation.security.length > 0) expect(statuses, path).toContain("401");
    }
  });

  it("asks for a token exactly where the service does", async () => {
    for (const { path, method, operation } of operations) {
      const answer = await service.call(method.toUpperCase(), path.replace("{id}", crypto.randomUUID()));
      expect(answer.body.error?.code === "unauthorized", `${method} ${path}`).toBe(
        operation.security.length > 0,
      );
    }
  });

  it("refers only to what it holds", () => {
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      expect(Object.keys(document.components.schemas)).toContain(reference.split("/").at(-1));
    }
  });
});
