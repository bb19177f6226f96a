import type { ExecutionContext } from "hono";
import { conformanceTo } from "./conform.ts";
import { committed } from "./document.ts";

type App<Env extends object> = {
  fetch(request: Request, env?: Env, context?: ExecutionContext): Response | Promise<Response>;
  getPath(request: Request): string;
};

const faultsOf = conformanceTo(committed);

/**
 * Has an app throw, in place of an answer, when the answer is not what the document says. So every
 * test that speaks to the service over HTTP is a test of the document.
 */
export function watchContract<Env extends object>(app: App<Env>): void {
  const answer = app.fetch;
  app.fetch = async (request, env, context) => {
    const response = await answer(request, env, context);
    const { status, headers } = response;
    const path = app.getPath(request);
    const isJson = headers.get("Content-Type")?.startsWith("application/json") ?? false;
    const hasText = request.method !== "HEAD" && (isJson || response.body === null);
    const text = hasText ? await response.clone().text() : null;
    const faults = faultsOf({ method: request.method, path, status, headers, text });
    if (faults.length === 0) return response;
    throw new Error(
      `${request.method} ${path} → ${status} is not what /openapi.json says: ${faults.join("\n")}\n` +
        "Mend the schema or the route, and run `npm run openapi`.",
    );
  };
}
