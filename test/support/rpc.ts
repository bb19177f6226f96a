import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import type { IsolateCache } from "../../src/composition/compose.ts";
import type { CallLogLine } from "../../src/rpc/call-log.ts";
import { createEntrypoint } from "../../src/rpc/entrypoint.ts";
import type { Service } from "./service.ts";

type Options = {
  /** Bindings and variables that take the place of the service's own. */
  readonly env?: Record<string, unknown>;
  readonly props?: unknown;
};

/**
 * The entrypoint of a service: on its database, its KV and its clock, each call with a context of its
 * own, as the platform makes it. Real calls from another Worker are in test/rpc.
 */
export function callingWorker(service: Service, options: Options = {}) {
  const isolateCache: IsolateCache = new WeakMap();
  const log: CallLogLine[] = [];
  const Entrypoint = createEntrypoint({ isolateCache, clock: service.clock, log: (line) => log.push(line) });
  const env = { ...service.env, ...options.env };
  type Methods = InstanceType<typeof Entrypoint>;
  type Name = Exclude<keyof Methods, `__${string}`>;
  return {
    log,
    async call<Method extends Extract<Name, string>>(method: Method, ...args: unknown[]) {
      const context = Object.assign(createExecutionContext(), { props: options.props });
      const entrypoint = new Entrypoint(context, env);
      const answer = await (entrypoint[method] as (...given: unknown[]) => Promise<unknown>)(...args);
      await waitOnExecutionContext(context);
      return answer as Awaited<ReturnType<Extract<Methods[Method], (...given: never[]) => unknown>>>;
    },
  };
}
