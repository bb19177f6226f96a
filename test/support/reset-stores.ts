import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { waitForRunningWork } from "./running-work.ts";

/** Empties D1, KV and R2, and applies the migrations. What still runs would write after that, so it ends first. */
export async function resetStores(): Promise<void> {
  await waitForRunningWork();
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
}
