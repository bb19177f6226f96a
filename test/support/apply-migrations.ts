import { applyD1Migrations, type D1Migration, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env as GatehouseEnv } from "../../src/wiring.ts";

declare global {
  namespace Cloudflare {
    interface Env extends GatehouseEnv {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

// Files take turns in one workerd, each with stores as at the first start.
await reset();
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
