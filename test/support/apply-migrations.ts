import type { D1Migration } from "cloudflare:test";
import type { Env as GatehouseEnv } from "../../src/composition/bindings.ts";
import { resetStores } from "./reset-stores.ts";

declare global {
  namespace Cloudflare {
    interface Env extends GatehouseEnv {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

// All test files run one after another in the same workerd, so each starts with empty stores (docs/decisions/030).
await resetStores();
