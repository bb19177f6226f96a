import { type Clock, DAY } from "../core/clock.ts";
import type { UnverifiedAccountStore } from "./unverified-account-store.ts";

export type DeleteUnverifiedAccountsDeps = {
  readonly clock: Clock;
  readonly settings: { readonly unverifiedRetentionDays: number };
  readonly unverifiedAccounts: UnverifiedAccountStore;
};

/** Accounts of one batch, and batches of one run. D1 limits the duration of a statement. */
const BATCH_SIZE = 500;
const MAX_BATCHES = 20;

/** Hourly: deletes registrations that were not verified in time (security 65). */
export async function deleteUnverifiedAccounts(deps: DeleteUnverifiedAccountsDeps): Promise<void> {
  const now = deps.clock.now();
  const createdBefore = now - deps.settings.unverifiedRetentionDays * DAY;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const deleted = await deps.unverifiedAccounts.deleteAbandoned({ createdBefore, now, limit: BATCH_SIZE });
    if (deleted < BATCH_SIZE) return;
  }
}
