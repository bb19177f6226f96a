import type { Result } from "../core/result.ts";

/**
 * Looks and acts; what changed in between (a second tab that was sooner) is looked at once more, as it is now.
 * What may be asked only once, such as a captcha or a provider, does not belong in it.
 */
export async function retryOnConflict<T, E extends { readonly reason: string }>(
  attempt: (isSecondLook: boolean) => Promise<Result<T, E>>,
): Promise<Result<T, E>> {
  const outcome = await attempt(false);
  return !outcome.ok && outcome.error.reason === "changed_meanwhile" ? attempt(true) : outcome;
}
