import type { ExecutionContext } from "hono";
import { holdToContract } from "./hold.ts";

type App<Env extends object> = {
  fetch(request: Request, env?: Env, context?: ExecutionContext): Response | Promise<Response>;
  getPath(request: Request): string;
};

/** Has an app throw, in place of an answer, when the answer is not what the document says. */
export function watchContract<Env extends object>(app: App<Env>): void {
  const answer = app.fetch;
  app.fetch = async (request, env, context) =>
    holdToContract(request.method, app.getPath(request), await answer(request, env, context));
}
