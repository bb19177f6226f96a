import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { type OperationPart, operationPartOf } from "../../../src/http/openapi-operation.ts";
import { failureEnvelope, type SharedResponses } from "./failures.ts";
import { headerComponents } from "./headers.ts";
import { introduction } from "./introduction.ts";
import { describeOperation } from "./operation.ts";
import { removeNoise } from "./remove-noise.ts";
import { tags } from "./tags.ts";

type Route = { readonly method: string; readonly path: string; readonly handler: object };

/**
 * Builds the OpenAPI 3.1 document of an app from the metadata of its handlers: the schemas are those that validate
 * requests, the guards those that run.
 */
export function openApiDocument(routes: readonly Route[]): object {
  const shared: SharedResponses = new Map();
  const described = new Map<string, ZodOpenApiOperationObject>();
  for (const [key, parts] of partsByRoute(routes)) {
    const operation = describeOperation(key, parts, shared);
    if (operation) described.set(`${key.method} ${key.path}`, operation);
  }
  const ids = [...described.values()].map(({ operationId }) => operationId);
  if (new Set(ids).size < ids.length) throw new Error(`two routes have one operationId: ${ids.sort()}`);
  const document = createDocument({
    openapi: "3.1.0",
    // A deployment replaces the title and the server URL: src/api-docs/routes.ts.
    info: {
      title: "Gatehouse auth API",
      version: "1",
      description: introduction,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "https://auth.example.com" }],
    tags: [...tags],
    paths: orderPaths(described),
    components: {
      schemas: { Failure: failureEnvelope },
      headers: headerComponents,
      parameters: { CsrfToken: CSRF_TOKEN } as never,
      responses: Object.fromEntries([...shared].sort(([a], [b]) => (a < b ? -1 : 1))) as never,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "at+jwt" },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-gh_access",
          description: "Writes also need the header `X-CSRF-Token`.",
        },
      },
    },
  });
  return removeNoise(document);
}

const CSRF_TOKEN = {
  name: "X-CSRF-Token",
  in: "header",
  description:
    "The token of `GET /api/auth/csrf-token` or of a sign-in. Required when cookies authenticate the request.",
  schema: { type: "string" },
};

/** Orders the paths by the first tag of their operations, and those of one tag as the router does. */
function orderPaths(described: ReadonlyMap<string, ZodOpenApiOperationObject>): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  const rank = ({ tags: [tag] = [] }: ZodOpenApiOperationObject) =>
    tags.findIndex(({ name }) => name === tag);
  for (const [route, operation] of [...described].sort(([, a], [, b]) => rank(a) - rank(b))) {
    const [method = "", path = ""] = route.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return paths as ZodOpenApiPathsObject;
}

type RouteKey = { readonly method: string; readonly path: string };

function partsByRoute(routes: readonly Route[]): Map<RouteKey, OperationPart[]> {
  const grouped = new Map<string, [RouteKey, OperationPart[]]>();
  for (const { method, path: pattern, handler } of routes) {
    const part = operationPartOf(handler);
    if (!part) continue;
    const key = { method, path: pattern.replaceAll(/:(\w+)/g, "{$1}") };
    const name = `${key.method} ${key.path}`;
    grouped.set(name, [key, [...(grouped.get(name)?.[1] ?? []), part]]);
  }
  return new Map(grouped.values());
}
