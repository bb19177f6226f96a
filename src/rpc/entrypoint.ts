import type { Env } from "../composition/bindings.ts";
import type { Composition } from "../composition/composition.ts";
import { runInScope } from "../composition/request-scope.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { DEFERRED_WORK_DELAY_MS, deferBy, startAtOnce } from "../core/deferred-work.ts";
import { newMeter } from "../db/metered-d1.ts";
import { createAuthService } from "./auth-service.ts";
import type { CallLogLine } from "./call-log.ts";

type EntrypointOptions = {
  readonly composition: Composition;
  readonly clock?: Clock;
  /** Receives one line for each call. Default: the console, as JSON. */
  readonly log?: (line: CallLogLine) => void;
};

/** `AuthService` with the composition: each call gets its own scope, as a request does. */
export function createEntrypoint(options: EntrypointOptions) {
  const { composition, clock = systemClock, log = (line) => console.log(JSON.stringify(line)) } = options;
  return createAuthService((env: Env, context) => {
    const meter = newMeter();
    return {
      clock,
      props: context.props,
      counts: meter,
      log,
      run: (requestId, work) => {
        const defer = deferBy(context, DEFERRED_WORK_DELAY_MS, requestId);
        const startWork = startAtOnce(context, requestId);
        return runInScope({ clock, meter, defer, startWork }, async () => work(await composition(env)));
      },
    };
  });
}
