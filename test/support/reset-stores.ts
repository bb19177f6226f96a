import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { waitForRunningWork } from "./running-work.ts";

const readStores = () =>
  Promise.all([
    env.KV.list({ limit: 1 }),
    env.AVATARS.list({ limit: 1 }),
    env.DB.prepare("SELECT 1").run(),
  ] as const);

/** Fails unless `reset` has emptied KV and R2. */
async function expectEmptyStores(): Promise<void> {
  const [entries, objects] = await readStores();
  if (entries.keys.length + objects.objects.length > 0) throw new Error("the reset left entries in KV or R2");
}

/**
 * Empties D1, KV and R2, and applies the migrations. Work that still runs would write after that, so it ends
 * first. `reset` deletes only what workerd has in memory, and workerd drops a store after ten seconds without a
 * call, so each store is read first.
 */
export async function resetStores(): Promise<void> {
  await waitForRunningWork();
  await readStores();
  await reset();
  await expectEmptyStores();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
}
