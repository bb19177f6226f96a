import type { Result } from "../core/result.ts";

/**
 * Repeats an attempt once if it failed with `changed_meanwhile`, for example after a write of a second tab.
 * The attempt must read the current state itself if `isRetry`. Single-use work (a captcha, a provider
 * request) must stay outside of it.
 */
export async function retryOnConflict<T, E extends { readonly reason: string }>(
  attempt: (isRetry: boolean) => Promise<Result<T, E>>,
): Promise<Result<T, E>> {
  const outcome = await attempt(false);
  return !outcome.ok && outcome.error.reason === "changed_meanwhile" ? attempt(true) : outcome;
}
