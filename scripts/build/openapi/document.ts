import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { type OperationPart, partOf } from "../../../src/http/operation.ts";
import { failureEnvelope, type SharedResponses } from "./failures.ts";
import { headerComponents } from "./headers.ts";
import { introduction } from "./introduction.ts";
import { describeOperation } from "./operation.ts";
import { operationIds } from "./operation-ids.ts";
import { readable } from "./readable.ts";
import { tags } from "./tags.ts";

type Route = { readonly method: string; readonly path: string; readonly handler: object };

/**
 * The OpenAPI 3.1 document of an app, from what its handlers say of themselves: the schemas are the
 * ones that validate, the guards the ones that run.
 */
export function openApiDocument(routes: readonly Route[]): object {
  const shared: SharedResponses = new Map();
  const described = new Map<string, ZodOpenApiOperationObject>();
  for (const [key, parts] of partsByRoute(routes)) {
    const operation = describeOperation(key, parts, shared);
    if (operation) described.set(`${key.method} ${key.path}`, operation);
  }
  const document = createDocument({
    openapi: "3.1.0",
    // A deployment puts its own name and address in their places: src/api-docs/routes.ts.
    info: {
      title: "Gatehouse auth API",
      version: "1",
      description: introduction,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "https://auth.example.com" }],
    tags: [...tags],
    paths: inOrder(described),
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
          description: "Writes also need the header X-CSRF-Token.",
        },
      },
    },
  });
  return readable(document);
}

const CSRF_TOKEN = {
  name: "X-CSRF-Token",
  in: "header",
  description:
    "What `GET /api/auth/csrf-token` gave, or signing in: only where cookies vouch for the caller.",
  schema: { type: "string" },
};

/** As operation-ids.ts has them, and not as the router came by them. */
function inOrder(described: ReadonlyMap<string, ZodOpenApiOperationObject>): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of Object.keys(operationIds)) {
    const operation = described.get(route);
    if (!operation) throw new Error(`operation-ids.ts names ${route}, which is no route`);
    const [method = "", path = ""] = route.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  }
  return paths as ZodOpenApiPathsObject;
}

type RouteKey = { readonly method: string; readonly path: string };

function partsByRoute(routes: readonly Route[]): Map<RouteKey, OperationPart[]> {
  const grouped = new Map<string, [RouteKey, OperationPart[]]>();
  for (const { method, path: pattern, handler } of routes) {
    const part = partOf(handler);
    if (!part) continue;
    const key = { method, path: pattern.replaceAll(/:(\w+)/g, "{$1}") };
    const name = `${key.method} ${key.path}`;
    grouped.set(name, [key, [...(grouped.get(name)?.[1] ?? []), part]]);
  }
  return new Map(grouped.values());
}
