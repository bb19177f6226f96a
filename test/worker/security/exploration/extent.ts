/** How much of what the model has recorded is tried: a part that changes with each step, or everything. */
export type Extent = { readonly step: number } | "all";

/** At most `max` elements of a list, others with each step. */
export function sample<T>(list: readonly T[], extent: Extent, max: number): readonly T[] {
  if (extent === "all" || list.length <= max) return list;
  const start = (extent.step * max) % list.length;
  return [...list, ...list].slice(start, start + max);
}

/**
 * Waits for all, and then fails with the first failure: a request that went on would reach into the next sequence, which
 * has the same ids.
 */
export async function allEnded(checks: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(checks)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
