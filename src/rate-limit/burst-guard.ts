/** The used part of Cloudflare's rate-limit binding (`[[ratelimits]]` in wrangler.toml). */
export type RateLimitBinding = { limit(options: { key: string }): Promise<{ success: boolean }> };

/** The `period` of the binding in seconds. wrangler.toml alone defines the limit. */
export const BURST_PERIOD_SECONDS = 10;

/** Decides whether one more request of the key passes. */
export type BurstGuard = (key: string) => Promise<"passed" | "refused">;

/**
 * The outer rate limit. It counts within one Cloudflare location without I/O latency and nearly in real
 * time, so unlike KV it stops many concurrent requests. Inner limits guard the same routes, so requests
 * pass if the binding is missing or fails; `burstFailed` counts them.
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
