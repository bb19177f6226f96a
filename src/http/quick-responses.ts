import { newId } from "../core/ids.ts";
import { commonHeaders } from "./security-headers.ts";

/** A frequent public response that needs no store. */
type QuickResponse<Env> = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text of the response, or null if the request must take the full path. Must not throw. */
  readonly bodyOf: (env: Env) => string | null;
};

/**
 * Returns a function that responds to a GET request of one of the paths before the router and the middleware of the
 * app: with the same headers, and without a log line. It returns null for any other request and when there is no body.
 */
export function quickResponses<Env>(responses: readonly QuickResponse<Env>[]) {
  const byPath = new Map(
    responses.map(({ path, headers, bodyOf }) => [
      path,
      { bodyOf, template: commonHeaders({ "Content-Type": "application/json", ...headers }) },
    ]),
  );
  return (request: Request, env: Env): Response | null => {
    if (request.method !== "GET") return null;
    const { url } = request;
    // After the scheme and the host. A URL with a query takes the full path.
    const found = byPath.get(url.slice(url.indexOf("/", "https://".length)));
    const body = found ? found.bodyOf(env) : null;
    if (!found || body === null) return null;
    // workerd copies a `Headers` object at a fraction of the cost of setting each header.
    const response = new Response(body, { headers: found.template });
    response.headers.set("X-Request-Id", newId());
    return response;
  };
}
