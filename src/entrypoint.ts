import { PAUSE_AFTER_ANSWER, runDeferred } from "./deferred.ts";
import { type Clock, systemClock } from "./kernel/clock.ts";
import { createAuthService } from "./rpc/auth-service.ts";
import type { CallLogLine } from "./rpc/call-log.ts";
import { newMeter } from "./storage/metered-d1.ts";
import { type Env, type StandingCache, wire } from "./wiring.ts";

type EntrypointOptions = {
  readonly standing: StandingCache;
  readonly clock?: Clock;
  /** Where the one line a call goes. */
  readonly log?: (line: CallLogLine) => void;
};

/** `AuthService` on this environment: every call is wired by itself, as a request is. */
export function createEntrypoint(options: EntrypointOptions) {
  const { standing, clock = systemClock, log = (line) => console.log(JSON.stringify(line)) } = options;
  return createAuthService((env: Env, context) => {
    const meter = newMeter();
    return {
      clock,
      props: context.props,
      counts: meter,
      log,
      wire: (requestId) =>
        wire(standing, {
          env,
          clock,
          meter,
          defer: (work) => runDeferred(context, [work], PAUSE_AFTER_ANSWER, requestId),
        }),
    };
  });
}
