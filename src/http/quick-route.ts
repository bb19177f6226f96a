import type { Context, MiddlewareHandler } from "hono";
import { newId } from "../core/ids.ts";
import { commonHeaders } from "./security-headers.ts";

type Options = {
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text of the response, or null if the request must take the full path. Must neither read a store nor throw. */
  readonly answer: (c: Context) => string | null;
};

/**
 * Answers a frequent public request before the middleware of the app: with the same headers, and without a log line.
 * If there is no quick answer, the same route of the app answers after all its middleware.
 */
export function quickRoute({ headers, answer }: Options): MiddlewareHandler {
  const template = commonHeaders({ "Content-Type": "application/json", ...headers });
  return async (c, next) => {
    const body = answer(c);
    if (body === null) return next();
    // workerd copies a `Headers` object at a fraction of the cost of setting each header.
    const response = new Response(body, { headers: template });
    response.headers.set("X-Request-Id", newId());
    return response;
  };
}
