import { SECOND } from "../core/clock.ts";
import type { RatePolicy } from "./policies.ts";

/** The requests of one client in one window. */
export type WindowCounter = {
  readonly count: number;
  /** The instant (ms) of the first request. */
  readonly startedAt: number;
};

type Allowance = Pick<RatePolicy, "limit" | "windowSeconds">;

export type WindowDecision = {
  readonly allowed: boolean;
  /** Remaining requests of the window after this one. */
  readonly remaining: number;
  /** Whole seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
};

/**
 * Decides whether one more request is allowed. The fixed window starts with the first request of a key,
 * so its end is known exactly and differs between clients. Around the end, twice the limit may pass. A
 * sliding window would prevent that, but KV values can be a minute old, which makes it pointless.
 */
export function judgeWindow(counter: WindowCounter | null, policy: Allowance, now: number): WindowDecision {
  const { count, startedAt } = openWindow(counter, policy, now);
  const resetSeconds = Math.ceil((startedAt + policy.windowSeconds * SECOND - now) / SECOND);
  return { allowed: count < policy.limit, remaining: Math.max(policy.limit - count - 1, 0), resetSeconds };
}

/** The counter after this request. */
export function countRequest(counter: WindowCounter | null, policy: Allowance, now: number): WindowCounter {
  const { count, startedAt } = openWindow(counter, policy, now);
  return { count: count + 1, startedAt };
}

function openWindow(counter: WindowCounter | null, policy: Allowance, now: number): WindowCounter {
  if (!counter || now >= counter.startedAt + policy.windowSeconds * SECOND) {
    return { count: 0, startedAt: now };
  }
  // A machine with a fast clock may have written the counter. The window must not last longer than its length.
  return { ...counter, startedAt: Math.min(counter.startedAt, now) };
}

/** The shared key of all clients without a readable address. */
const NO_ADDRESS = "none";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

/**
 * The key of a client. IPv4: the address. IPv6: the /64 prefix, the smallest assignment to a subscriber
 * (RFC 6177 §2), so one subscriber is not 2^64 clients. IPv4-mapped IPv6 (`::ffff:192.0.2.1`): the IPv4
 * address.
 */
export const clientKey = (ip: string | null): string => clientNetworks(ip)[0];

/**
 * The keys of a client and of the networks that contain it, narrowest first. IPv4: the address alone. IPv6: /64, /56 and
 * /48, because a site is assigned a prefix of that length (RFC 6177 §2) and each subnet of it looks like a client.
 */
export function clientNetworks(ip: string | null): readonly [string, ...string[]] {
  const address = ip ?? "";
  return IPV4.test(address) ? [address] : (ipv6Networks(address) ?? [NO_ADDRESS]);
}

function ipv6Networks(ip: string): readonly [string, ...string[]] | null {
  if (!/^[0-9a-f:.]+$/i.test(ip)) return null;
  // The URL parser accepts every textual form and returns the canonical one of RFC 5952.
  const canonical = URL.parse(`http://[${ip}]`)?.hostname.slice(1, -1);
  if (canonical === undefined) return null;
  const groups = expandGroups(canonical);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]);
    return [bytes.join(".")];
  }
  const [first = 0, second = 0, third = 0, fourth = 0] = groups;
  const prefix = (...parts: number[]) => parts.map((group) => group.toString(16)).join(":");
  return [
    `${prefix(first, second, third, fourth)}::/64`,
    `${prefix(first, second, third, fourth & 0xff00)}::/56`,
    `${prefix(first, second, third)}::/48`,
  ];
}

/** The eight groups of a canonical IPv6 address. */
function expandGroups(canonical: string): number[] {
  const [left = [], right = []] = canonical
    .split("::")
    .map((half) => half.split(":").filter(Boolean))
    .map((half) => half.map((group) => Number.parseInt(group, 16)));
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
