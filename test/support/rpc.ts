import { waitOnExecutionContext } from "cloudflare:test";
import { createComposition } from "../../src/composition/composition.ts";
import type { CallLogLine } from "../../src/rpc/call-log.ts";
import { createEntrypoint } from "../../src/rpc/entrypoint.ts";
import { createTrackedContext, track } from "./running-work.ts";
import type { Service } from "./service.ts";

type Options = {
  /** Bindings and variables that replace those of the service. */
  readonly env?: Record<string, unknown>;
  readonly props?: unknown;
  /** Uses the environment and the composition of the service. Default: those of another isolate. */
  readonly sharesIsolate?: true;
};

/**
 * Calls the RPC entrypoint of a service, with its database, KV and clock. Each call has its own execution
 * context, as on the platform. test/rpc makes real calls from another Worker.
 */
export function createRpcCaller(service: Service, options: Options = {}) {
  const composition = options.sharesIsolate ? service.composition : createComposition();
  const log: CallLogLine[] = [];
  const Entrypoint = createEntrypoint({ composition, clock: service.clock, log: (line) => log.push(line) });
  const env = options.sharesIsolate ? service.env : { ...service.env, ...options.env };
  type Methods = InstanceType<typeof Entrypoint>;
  type Name = Exclude<keyof Methods, `__${string}`>;
  return {
    log,
    async call<Method extends Extract<Name, string>>(method: Method, ...args: unknown[]) {
      const context = Object.assign(createTrackedContext(method), { props: options.props });
      const entrypoint = new Entrypoint(context, env);
      const result = await track(
        (entrypoint[method] as (...args: unknown[]) => Promise<unknown>)(...args),
        method,
      );
      await waitOnExecutionContext(context);
      return result as Awaited<ReturnType<Extract<Methods[Method], (...args: never[]) => unknown>>>;
    },
  };
}
