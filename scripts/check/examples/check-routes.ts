import type { Problem } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/** The operations of openapi.json, and the page paths in the source. */
export type Routes = {
  /** Such as "GET /api/auth/users/{id}". */
  readonly operations: readonly string[];
  /** Such as "/admin/users/:id", for every method. */
  readonly pages: readonly string[];
};

type Description = { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };

export function routesOf({ paths }: Description, sources: string): Routes {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  return { operations, pages: [...sources.matchAll(/"(\/[a-z][\w/.:-]*)"/g)].map(([, path = ""]) => path) };
}

/** Decision records may name removed routes. */
const DECISIONS = /^docs\/decisions\//;

/** Matches `GET /users` and `/api/auth/users`; a path without a method only under the service's prefixes. */
const ROUTE =
  /^(?:(GET|POST|PUT|PATCH|DELETE|HEAD) (\/[^\s?#]*)|(\/(?:api\/auth|admin|account|dev|healthz)\/[^\s?#]*))/;

/** Routes of other projects, which docs/from-a-jwt-starter.md compares with ours. */
const OF_STARTERS = /^\/auth(?:-api)?\//;

/** Reports routes in inline code that the service does not have. */
export function checkRoutes({ file, inlineCode }: Page, { operations, pages }: Routes): readonly Problem[] {
  if (DECISIONS.test(file)) return [];
  const isOperation = (route: string) => operations.some((operation) => matches(route, operation));
  return inlineCode.flatMap(({ line, code }) => {
    const [, method, named, alone] = ROUTE.exec(code) ?? [];
    const path = named ?? alone;
    // "/api/auth/…" names all routes below it.
    if (path === undefined || /[…*]/.test(path) || OF_STARTERS.test(path)) return [];
    const methods = method === undefined ? METHODS : [method === "HEAD" ? "GET" : method];
    const exists = methods.some(
      (one) => isOperation(`${one} ${path}`) || isOperation(`${one} /api/auth${path}`),
    );
    if (exists || pages.some((page) => matches(path, page))) return [];
    return [
      {
        file,
        line,
        message: `the service has no route ${code}: see public/openapi.json, and the pages in src/`,
      },
    ];
  });
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Whether a route matches a pattern with parameters such as `{id}` or `:id`. */
function matches(route: string, pattern: string): boolean {
  const [actual, expected] = [route.split("/"), pattern.split("/")];
  return (
    actual.length === expected.length &&
    expected.every((part, at) => part === actual[at] || /^(?:\{|:)/.test(part))
  );
}
