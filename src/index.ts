import { createApp } from "./app.ts";
import { createEntrypoint } from "./entrypoint.ts";
import { systemClock } from "./kernel/clock.ts";
import { runScheduled } from "./scheduled.ts";
import type { Env, StandingCache } from "./wiring.ts";

const standing: StandingCache = new WeakMap();
const app = createApp({ standing });

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runScheduled(controller.cron, env, systemClock),
} satisfies ExportedHandler<Env>;

/** What other Workers call over a service binding (docs/workers.md). */
export class AuthService extends createEntrypoint({ standing }) {}
