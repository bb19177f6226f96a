import { createApp } from "./app.ts";
import { systemClock } from "./kernel/clock.ts";
import { runScheduled } from "./scheduled.ts";
import type { Env } from "./wiring.ts";

const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: (controller, env) => runScheduled(controller.cron, env, systemClock),
} satisfies ExportedHandler<Env>;
