import type { Clock } from "../../core/clock.ts";

export type CleanSearchIndexDeps = {
  readonly clock: Clock;
  readonly directory: {
    /** Writes some pages of the index anew. `begin`: sets out to do so with all of them. */
    tidy(begin: boolean): Promise<void>;
  };
};

/** The hour (UTC) at which a round begins; the hours after it go on with it. */
const FIRST_HOUR = 3;

/**
 * Hourly: writes the search index anew, so that no word of a deleted or renamed account outlives it by
 * more than a day (docs/decisions/016-finding-people.md).
 */
export function cleanSearchIndex(deps: CleanSearchIndexDeps): Promise<void> {
  const hour = new Date(deps.clock.now()).getUTCHours();
  return deps.directory.tidy(hour === FIRST_HOUR);
}
