import { createExecutionContext } from "cloudflare:test";
import * as z from "zod/mini";
import { operationPartOf } from "../../src/http/operation.ts";
import type { Service } from "./service.ts";

export type BodyRoute = {
  readonly method: string;
  readonly path: string;
  /** The names of the fields that its body may have. */
  readonly fields: readonly string[];
  readonly needsSession: boolean;
};

/** A path that the pattern of a route takes. */
const fill = (pattern: string): string => pattern.replaceAll(/:\w+/g, () => crypto.randomUUID());

/**
 * Every route that takes a JSON body, out of the router itself, so that a later one cannot be
 * forgotten: `jsonBody` leaves its schema with the handler, as `partOf(handler).body`.
 */
export function bodyRoutes({ app }: Service): BodyRoute[] {
  const sessions = app.routes.filter(({ handler }) => operationPartOf(handler)?.session);
  return app.routes.flatMap(({ method, path, handler }) => {
    const body = operationPartOf(handler)?.body;
    if (!body) return [];
    const fields = body instanceof z.ZodMiniObject ? Object.keys(body.shape) : [];
    const needsSession = sessions.some((other) => other.method === method && other.path === path);
    return [{ method, path: fill(path), fields, needsSession }];
  });
}

/** Every address that takes a query, and the names that it may have. */
export function queryRoutes({ app }: Service): { path: string; names: string[] }[] {
  return app.routes.flatMap(({ path, handler }) => {
    const query = operationPartOf(handler)?.query;
    return query ? [{ path: fill(path), names: Object.keys(query.shape) }] : [];
  });
}

/** Every path that answers anything, with the methods that it takes. HEAD comes with GET. */
export function methodsByPath({ app }: Service): { path: string; methods: string[] }[] {
  const found = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method === "ALL") continue;
    const methods = found.get(path) ?? new Set();
    found.set(path, methods.add(method));
    if (method === "GET") methods.add("HEAD");
  }
  return [...found].map(([path, methods]) => ({ path: fill(path), methods: [...methods].sort() }));
}

/** The bare response: one to HEAD has a type and no body, which cannot be read as an envelope. */
export function ask({ app, env }: Service, method: string, path: string, token?: string) {
  const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  const request = new Request(`http://gatehouse.test${path}`, { method, headers });
  return app.fetch(request, env, createExecutionContext());
}
