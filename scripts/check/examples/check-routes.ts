import type { Problem } from "./example.ts";
import type { Page } from "./read-markdown.ts";

/** Where the service and its client answer: what /openapi.json has, and the paths that the source spells out for pages. */
export type Routes = {
  /** Such as "GET /api/auth/users/{id}". */
  readonly operations: readonly string[];
  /** Such as "/admin/users/:id", whatever the method. */
  readonly pages: readonly string[];
};

type Description = { readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> };

export function routesOf({ paths }: Description, sources: string): Routes {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  return { operations, pages: [...sources.matchAll(/"(\/[a-z][\w/.:-]*)"/g)].map(([, path = ""]) => path) };
}

/** What was decided is history: it may name what has gone since. */
const HISTORY = /^docs\/decisions\//;

/** `GET /users` as well as `/api/auth/users`; a path alone only where it can be nothing but a route. */
const ROUTE =
  /^(?:(GET|POST|PUT|PATCH|DELETE|HEAD) (\/[^\s?#]*)|(\/(?:api\/auth|admin|account|dev|healthz)\/[^\s?#]*))/;

/** Routes that a text names, and nobody answers. */
export function checkRoutes({ file, inlineCode }: Page, { operations, pages }: Routes): readonly Problem[] {
  if (HISTORY.test(file)) return [];
  const isThere = (route: string) => operations.some((one) => isLike(route, one));
  return inlineCode.flatMap(({ line, code }) => {
    const [, method, named, alone] = ROUTE.exec(code) ?? [];
    const path = named ?? alone;
    // "/api/auth/…" means all that is below it.
    if (path === undefined || /[…*]/.test(path)) return [];
    const methods = method === undefined ? METHODS : [method === "HEAD" ? "GET" : method];
    const isOperation = methods.some(
      (one) => isThere(`${one} ${path}`) || isThere(`${one} /api/auth${path}`),
    );
    if (isOperation || pages.some((page) => isLike(path, page))) return [];
    return [{ file, line, says: `nothing answers ${code}: see public/openapi.json, and src/pages` }];
  });
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Whether they are the same but for what stands in the place of `{id}` or `:id`. */
function isLike(route: string, known: string): boolean {
  const [ours, theirs] = [route.split("/"), known.split("/")];
  return (
    ours.length === theirs.length && theirs.every((part, at) => part === ours[at] || /^(?:\{|:)/.test(part))
  );
}
