import type { Clock } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import { BURST_PERIOD_SECONDS, type BurstGuard } from "./burst-guard.ts";
import type { RatePolicies, RatePolicyName } from "./policies.ts";
import { clientKey, countRequest, judgeWindow } from "./rules.ts";
import type { RateLimitStore } from "./store.ts";

export type LimitRouteDeps = {
  readonly clock: Clock;
  readonly policies: RatePolicies | "off";
  readonly burstGuard: BurstGuard;
  readonly counters: RateLimitStore;
  /** A keyed hash: addresses are stored in no other form. */
  readonly hash: (text: string) => Promise<string>;
  /** Starts the write of the counter at once: deferred, the next request of the client would not see it. */
  readonly startWork: Defer;
};

export type LimitRouteInput = {
  readonly policy: RatePolicyName;
  readonly ip: string | null;
};

/** Whether the request is allowed, and the values of the rate-limit headers. */
export type RateDecision = (
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number }
) & {
  readonly policies: readonly { name: string; limit: number; windowSeconds: number }[];
  /** Empty if the counter could not be read. */
  readonly limits: readonly { name: string; remaining: number; resetSeconds: number }[];
};

/**
 * Counts a request against the policy of its route: first the burst guard, then the window in KV.
 * Costs one KV read before the response. The response does not wait for the write, which happens only for an
 * allowed request, so a flood costs no writes. Concurrent requests read the same counter and count as one; the
 * burst guard limits their number. Fails open.
 */
export async function limitRoute(deps: LimitRouteDeps, input: LimitRouteInput): Promise<RateDecision> {
  if (deps.policies === "off") return { allowed: true, policies: [], limits: [] };
  const { policy: name, ip } = input;
  const policy = deps.policies[name];
  const client = clientKey(ip);
  const { limit, windowSeconds } = policy;
  const policies = [{ name, limit, windowSeconds }];

  if ((await deps.burstGuard(await deps.hash(`burst/${client}`))) === "refused") {
    const burst = { name: "burst", remaining: 0, resetSeconds: BURST_PERIOD_SECONDS };
    return { allowed: false, retryAfterSeconds: BURST_PERIOD_SECONDS, policies, limits: [burst] };
  }

  const key = `${name}:${await deps.hash(`${name}/${client}`)}`;
  const counter = await deps.counters.get(key);
  if (counter === "unknown") return { allowed: true, policies, limits: [] };
  const now = deps.clock.now();
  const { allowed, remaining, resetSeconds } = judgeWindow(counter, policy, now);
  const limits = [{ name, remaining, resetSeconds }];
  if (!allowed) return { allowed, retryAfterSeconds: resetSeconds, policies, limits };
  deps.startWork(() => deps.counters.put(key, countRequest(counter, policy, now), resetSeconds));
  return { allowed, policies, limits };
}
