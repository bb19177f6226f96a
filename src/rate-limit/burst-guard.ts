/** The part of the platform's rate-limit binding that is used (`[[ratelimits]]` in wrangler.toml). */
export type RateLimitBinding = { limit(options: { key: string }): Promise<{ success: boolean }> };

/** Seconds: the `period` of the binding. How many requests fit is said in wrangler.toml alone. */
export const BURST_PERIOD_SECONDS = 10;

/** Judges one more request of a key. */
export type BurstGuard = (key: string) => Promise<"passed" | "refused">;

/**
 * The outer guard. It counts within one location, without a wait, and hears of other requests there
 * within moments, not a minute; so it holds where KV cannot, against many requests at once. What it
 * guards is guarded again further in: without a binding, or with one that fails, requests pass, and
 * `burstFailed` counts them.
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export const createBurstGuard =
  (binding: RateLimitBinding | undefined, meter: { burstFailed: number }): BurstGuard =>
  async (key) => {
    try {
      if (binding) return (await binding.limit({ key })).success ? "passed" : "refused";
    } catch {
      // Counted below.
    }
    meter.burstFailed += 1;
    return "passed";
  };
