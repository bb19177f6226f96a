import type { D1Migration } from "cloudflare:test";
import { afterAll } from "vitest";
import type { Env as GatehouseEnv } from "../../src/composition/bindings.ts";
import { resetStores } from "./reset-stores.ts";
import { waitForRunningWork } from "./running-work.ts";

declare global {
  namespace Cloudflare {
    interface Env extends GatehouseEnv {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

// All test files run one after another in the same workerd, so each starts with empty stores (docs/decisions/030).
await resetStores();

// A file that leaves work running fails itself, instead of the next file.
afterAll(() => waitForRunningWork());
