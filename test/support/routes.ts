import * as z from "zod/mini";
import { operationPartOf } from "../../src/http/openapi-operation.ts";
import type { Service } from "./service.ts";

export type BodyRoute = {
  readonly method: string;
  readonly path: string;
  /** The names of the fields that its body may have. */
  readonly fields: readonly string[];
  readonly needsSession: boolean;
  /** Every field is optional, so the body may be empty. */
  readonly bodyIsOptional: boolean;
};

/** A path that matches the pattern of a route. */
const fill = (pattern: string): string => pattern.replaceAll(/:\w+/g, () => crypto.randomUUID());

/**
 * Every route with a JSON body, read from the router, so that the list includes new routes. `jsonBody`
 * stores its schema on the handler, as `operationPartOf(handler).body`.
 */
export function bodyRoutes({ app }: Service): BodyRoute[] {
  const sessions = app.routes.filter(({ handler }) => operationPartOf(handler)?.session);
  return app.routes.flatMap(({ method, path, handler }) => {
    const { body, bodyIsOptional = false } = operationPartOf(handler) ?? {};
    if (!body) return [];
    const fields = body instanceof z.ZodMiniObject ? Object.keys(body.shape) : [];
    const needsSession = sessions.some((other) => other.method === method && other.path === path);
    return [{ method, path: fill(path), fields, needsSession, bodyIsOptional }];
  });
}

/** Every path with query parameters, and their names. */
export function queryRoutes({ app }: Service): { path: string; names: string[] }[] {
  return app.routes.flatMap(({ path, handler }) => {
    const query = operationPartOf(handler)?.query;
    return query ? [{ path: fill(path), names: Object.keys(query.shape) }] : [];
  });
}

/** Every path of the router with its methods. GET includes HEAD. */
export function methodsByPath({ app }: Service): { path: string; methods: string[] }[] {
  const found = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === "ALL") continue;
    const methods = found.get(path) ?? new Set();
    found.set(path, methods.add(method));
    if (method === "GET") methods.add("HEAD");
  }
  // The path of a route may also be that of a route with a parameter: /me/factors/totp and /me/factors/:id.
  const methodsOf = (path: string) =>
    [...found].flatMap(([pattern, methods]) => (isMatch(pattern, path) ? [...methods] : []));
  return [...found.keys()].map((path) => ({
    path: fill(path),
    methods: [...new Set(methodsOf(path))].sort(),
  }));
}

function isMatch(pattern: string, path: string): boolean {
  const [expected, actual] = [pattern.split("/"), path.split("/")];
  return (
    expected.length === actual.length &&
    expected.every((part, index) => part === actual[index] || part.startsWith(":"))
  );
}

/** Returns the raw response. A response to HEAD has a JSON type and no body, so it has no envelope. */
export async function fetchRaw(service: Service, method: string, path: string, token?: string) {
  const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  const { response } = await service.fetchRaw(
    new Request(`http://gatehouse.test${path}`, { method, headers }),
  );
  return response;
}
