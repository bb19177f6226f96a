import type { Env } from "../composition/bindings.ts";
import { compose } from "../composition/compose.ts";
import type { IsolateCache } from "../composition/isolate-state.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { DEFERRED_WORK_DELAY_MS, runDeferred } from "../core/deferred-work.ts";
import { newMeter } from "../db/metered-d1.ts";
import { createAuthService } from "./auth-service.ts";
import type { CallLogLine } from "./call-log.ts";

type EntrypointOptions = {
  readonly isolateCache: IsolateCache;
  readonly clock?: Clock;
  /** Receives one line for each call. Default: the console, as JSON. */
  readonly log?: (line: CallLogLine) => void;
};

/** `AuthService` with the composition: each call gets its own dependencies, as a request does. */
export function createEntrypoint(options: EntrypointOptions) {
  const { isolateCache, clock = systemClock, log = (line) => console.log(JSON.stringify(line)) } = options;
  return createAuthService((env: Env, context) => {
    const meter = newMeter();
    return {
      clock,
      props: context.props,
      counts: meter,
      log,
      compose: (requestId) =>
        compose(isolateCache, {
          env,
          clock,
          meter,
          defer: (work) => runDeferred(context, [work], DEFERRED_WORK_DELAY_MS, requestId),
        }),
    };
  });
}
