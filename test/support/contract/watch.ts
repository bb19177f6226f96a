import type { ExecutionContext } from "hono";
import { assertMatchesContract } from "./hold.ts";

type App<Env extends object> = {
  fetch(request: Request, env?: Env, context?: ExecutionContext): Response | Promise<Response>;
  getPath(request: Request): string;
};

/** Makes an app throw when one of its responses violates the OpenAPI document. */
export function enforceContract<Env extends object>(app: App<Env>): void {
  const fetchResponse = app.fetch;
  app.fetch = async (request, env, context) =>
    assertMatchesContract(request.method, app.getPath(request), await fetchResponse(request, env, context));
}
