import { SECOND } from "../core/clock.ts";
import type { RatePolicies } from "./policies.ts";
import { clientNetworks } from "./rules.ts";

/** An exact limit for one network: at most `max` requests in a window of `windowMs` milliseconds. */
export type ClientLimit = { readonly key: string; readonly max: number; readonly windowMs: number };

/** The policies that D1 counts: requests that cause a mail or a text message, and wrong user codes of devices. */
export type CostlyPolicy = "mail" | "text" | "user-code";

/** The limits of a client, narrowest network first. Empty if limits are off. */
export type ClientLimits = (policy: CostlyPolicy, ip: string | null) => Promise<readonly ClientLimit[]>;

type Parts = {
  readonly policies: RatePolicies | "off";
  /** Messages per hour to all recipients together; null if caps are off. */
  readonly caps: Readonly<Record<"email" | "sms", number>> | null;
  /** A keyed hash: addresses are stored in no other form. */
  readonly hash: (text: string) => Promise<string>;
};

/** A /56 has room for two clients at their limit, a /48 for four. */
const WIDTH_FACTORS = [1, 2, 4];

/** No network gets more than this part of the hourly cap, whatever the limit of the policy is. */
const CAP_SHARE = 1 / 4;

/**
 * Creates the exact limits of costly requests. One client or network can spend neither the hourly cap of all
 * users nor D1 rows without bound.
 */
export const createClientLimits =
  ({ policies, caps, hash }: Parts): ClientLimits =>
  async (policy, ip) => {
    if (policies === "off" || caps === null) return [];
    const { limit, windowSeconds } = policies[policy];
    const share = shareOf(policy, caps);
    return Promise.all(
      clientNetworks(ip).map(async (network, width) => ({
        key: await hash(`exact/${policy}/${network}`),
        max: Math.min(limit * (WIDTH_FACTORS[width] ?? 1), share),
        windowMs: windowSeconds * SECOND,
      })),
    );
  };

/** A wrong code causes no message. */
const shareOf = (policy: CostlyPolicy, caps: NonNullable<Parts["caps"]>): number =>
  policy === "user-code"
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.floor(caps[policy === "mail" ? "email" : "sms"] * CAP_SHARE));
