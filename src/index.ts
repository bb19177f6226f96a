import { createApp } from "./app.ts";
import type { Env, IsolateCache } from "./composition/compose.ts";
import { systemClock } from "./core/clock.ts";
import { runScheduled } from "./jobs/run-scheduled.ts";
import { createEntrypoint } from "./rpc/entrypoint.ts";

const standing: IsolateCache = new WeakMap();
const app = createApp({ standing });

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runScheduled(controller.cron, env, systemClock),
} satisfies ExportedHandler<Env>;

/** What other Workers call over a service binding (docs/workers.md). */
export class AuthService extends createEntrypoint({ standing }) {}
