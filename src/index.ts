import { createApp } from "./app.ts";
import type { Env } from "./composition/bindings.ts";
import { createComposition } from "./composition/composition.ts";
import { systemClock } from "./core/clock.ts";
import { runScheduled } from "./jobs/run-scheduled.ts";
import { createEntrypoint } from "./rpc/entrypoint.ts";

const composition = createComposition();
const app = createApp({ composition });

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runScheduled(controller.cron, env, { composition, clock: systemClock }),
} satisfies ExportedHandler<Env>;

/** The RPC service that other Workers call over a service binding (docs/workers.md). */
export class AuthService extends createEntrypoint({ composition }) {}
