import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { operationPartOf } from "../../../src/http/openapi-operation.ts";
import { OAUTH_PATHS } from "../../../src/oauth/endpoints.ts";
import { expectErrorResponse } from "../../support/assertions.ts";
import { committedDocument, dereference, resolveReference } from "../../support/openapi-contract.ts";
import { startService } from "../../support/service.ts";

type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly requestBody?: object;
  readonly responses: Record<string, object>;
};
type Document = {
  readonly openapi: string;
  readonly info: { readonly title: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: { readonly schemas: Record<string, object> };
};

const service = startService();
const document = JSON.parse((await service.call("GET", "/openapi.json")).text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Paths of schemas that accept undescribed keys. A schema that `allOf` adds to a closed one may be open. */
function openObjects(node: unknown, path: string): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, additionalProperties } = node as { type?: string; additionalProperties?: unknown };
  const own = type === "object" && additionalProperties !== false ? [path] : [];
  const omitted = ["schema", "content", "properties", "anyOf"];
  const below = Object.entries(node).flatMap(([key, value]) => {
    if (key === "allOf") return openObjects((value as unknown[])[0], path);
    return openObjects(value, omitted.includes(key) || /^\d$/.test(key) ? path : `${path} ${key}`);
  });
  return [...own, ...below];
}

describe("/openapi.json", () => {
  it("/openapi.json is an OpenAPI 3.1 document with the URL of this service", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: "Gatehouse auth API", version: "1" });
    expect(document.servers).toEqual([{ url: "http://gatehouse.test" }]);
  });

  it("/openapi.json has the name and the URL of the deployment, and is otherwise the committed document", async () => {
    const other = startService({ env: { APP_NAME: "Lighthouse", PUBLIC_URL: "http://lighthouse.test" } });
    // Twice: the second response comes from the isolate's cache.
    for (const _ of [1, 2]) {
      expect(JSON.parse((await other.call("GET", "/openapi.json")).text)).toEqual({
        ...document,
        info: { ...document.info, title: "Lighthouse auth API" },
        servers: [{ url: "http://lighthouse.test" }],
      });
    }
  });

  it("/openapi.json may be cached for five minutes, and has the security headers", async () => {
    const { headers } = await service.call("GET", "/openapi.json");
    expect(headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(headers.get("Content-Type")).toBe("application/json");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("X-Request-Id")).not.toBeNull();
  });

  it.each([
    ["are not bound", undefined],
    ["do not hold it", { fetch: async () => Response.json({ info: {} }, { status: 404 }) }],
  ])("/openapi.json answers 503 when the assets %s", async (_cause, ASSETS) => {
    const incomplete = startService({ env: { ASSETS } });
    expectErrorResponse(await incomplete.call("GET", "/openapi.json"), 503, "unavailable");
  });

  it("/openapi.json answers 503 only while the assets fail", async () => {
    const { ASSETS } = env;
    let isDown = true;
    const fetch = async (url: string) => {
      if (isDown || !ASSETS) throw new Error("the assets are down");
      return ASSETS.fetch(url);
    };
    const interrupted = startService({ env: { ASSETS: { fetch } } });
    expectErrorResponse(await interrupted.call("GET", "/openapi.json"), 503, "unavailable");
    isDown = false;
    expect(JSON.parse((await interrupted.call("GET", "/openapi.json")).text)).toEqual(document);
  });

  it("/openapi.json is one line, and answers 304 to a client that has it", async () => {
    const { headers, text } = await service.call("GET", "/openapi.json");
    expect(text).not.toContain("\n ");
    const etag = headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    const again = (known: string) =>
      service.call("GET", "/openapi.json", undefined, undefined, { "If-None-Match": known });
    const { status, text: body, headers: kept } = await again(`"other", W/${etag}`);
    expect([status, body, kept.get("ETag")]).toEqual([304, "", etag]);
    expect(kept.get("Cache-Control")).toBe("public, max-age=300");
    expect((await again('"other"')).status).toBe(200);
  });

  it("/openapi.json describes every route except the pages, /docs, the development mailbox and the endpoints of OAuth", () => {
    const pages = service.app.routes
      .filter(({ handler }) => operationPartOf(handler)?.page)
      .map(({ path }) => path);
    const described = new Set(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`));
    const docs = service.app.routes.map(({ path }) => path).filter((path) => /^\/docs(\/|$)/.test(path));
    // Standards describe these: OAuth, whose discovery document names its endpoints, WebAuthn, and the W3C's change-password URL.
    const wellKnown = ["/.well-known/webauthn", "/.well-known/change-password"];
    const standards: string[] = [...Object.values(OAUTH_PATHS), ...wellKnown];
    const left = [...docs, ...pages, ...standards];
    const undescribed = service.app.routes
      .filter(({ method, path }) => method !== "ALL" && !path.startsWith("/dev/") && !left.includes(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
      .filter((route) => !described.has(route));
    expect(undescribed).toEqual([]);
    expect(described.size).toBeGreaterThan(15);
  });

  it("/openapi.json has a summary and the failure statuses for each operation", () => {
    for (const { path, operation } of operations) {
      expect(operation.summary, path).not.toBe("");
      const statuses = Object.keys(operation.responses);
      expect(statuses, path).toEqual(expect.arrayContaining(["500", "503"]));
      // A form that another site posts is refused with a page, whatever is wrong with it.
      const isForm = JSON.stringify(operation.requestBody ?? {}).includes("x-www-form-urlencoded");
      if (operation.requestBody)
        expect(statuses, path).toEqual(expect.arrayContaining(isForm ? ["400"] : ["400", "413", "415"]));
      if (operation.security.length > 0) expect(statuses, path).toContain("401");
    }
  });

  it("/openapi.json has a unique id for each operation, and uses every tag", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(?:[A-Z][a-z]+)*$/);
    const tagNames = document.tags.map(({ name }) => name);
    expect([...new Set(operations.flatMap(({ operation }) => operation.tags))].sort()).toEqual(
      tagNames.sort(),
    );
  });

  it("/openapi.json closes every object of a response, except those whose keys are data", () => {
    const open = operations.flatMap(({ path, operation }) =>
      openObjects(dereference(committedDocument, operation.responses), path),
    );
    // The export has whatever the service stores.
    const ofExport = "/api/auth/me/export 200 application/json";
    const isData = (place: string) => place.startsWith(ofExport) || /(public|private)Metadata$/.test(place);
    expect([...new Set(open)].filter((place) => !isData(place))).toEqual([
      "/api/auth/audit 200 application/json data events items details",
      "/openapi.json 200 application/json",
    ]);
  });

  it("/openapi.json requires a token exactly where the service does", async () => {
    for (const { path, method, operation } of operations) {
      const answer = await service.call(method.toUpperCase(), path.replace("{id}", crypto.randomUUID()));
      expect(answer.body.error?.code === "unauthorized", `${method} ${path}`).toBe(
        operation.security.length > 0,
      );
    }
  });

  it("/openapi.json resolves every reference", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = ""]) => to);
    expect(references.length).toBeGreaterThan(100);
    for (const $ref of references) expect(resolveReference(committedDocument, { $ref }), $ref).toBeDefined();
  });
});
