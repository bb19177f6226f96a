import type { Clock } from "../../core/clock.ts";
import type { UserDirectoryStore } from "./user-search-store.ts";

export type CleanSearchIndexDeps = {
  readonly clock: Clock;
  readonly userDirectory: Pick<UserDirectoryStore, "cleanUp">;
};

/** The hour (UTC) that starts a merge of the whole index. The later hours continue it. */
const FIRST_HOUR = 3;

/**
 * Hourly: rewrites a part of the search index, so that words of deleted or renamed accounts are gone
 * from it within a day (docs/decisions/016-finding-people.md).
 */
export function cleanSearchIndex(deps: CleanSearchIndexDeps): Promise<void> {
  const hour = new Date(deps.clock.now()).getUTCHours();
  return deps.userDirectory.cleanUp(hour === FIRST_HOUR);
}
