import { SECOND } from "../core/clock.ts";
import type { RatePolicy } from "./policies.ts";
import type { WindowCounter } from "./window-counter.ts";

type Allowance = Pick<RatePolicy, "limit" | "windowSeconds">;

export type Judgement = {
  readonly allowed: boolean;
  /** Requests left in the window, this one taken off. */
  readonly remaining: number;
  /** Whole seconds until the window ends, 1 at least. */
  readonly resetSeconds: number;
};

/**
 * Whether one more request fits. The window is fixed, and starts with a key's first request: its
 * end is an exact instant that can be told, and no two clients come back at the same one. Around
 * that end twice the limit may pass in a short time. A sliding window would not let it, but the
 * counter is older than that difference: KV may answer with what it knew a minute ago.
 */
export function judgeWindow(counter: WindowCounter | null, policy: Allowance, now: number): Judgement {
  const { count, startedAt } = openWindow(counter, policy, now);
  const resetSeconds = Math.ceil((startedAt + policy.windowSeconds * SECOND - now) / SECOND);
  return { allowed: count < policy.limit, remaining: Math.max(policy.limit - count - 1, 0), resetSeconds };
}

/** The counter with this request in it. */
export function countRequest(counter: WindowCounter | null, policy: Allowance, now: number): WindowCounter {
  const { count, startedAt } = openWindow(counter, policy, now);
  return { count: count + 1, startedAt };
}

function openWindow(counter: WindowCounter | null, policy: Allowance, now: number): WindowCounter {
  if (!counter || now >= counter.startedAt + policy.windowSeconds * SECOND) {
    return { count: 0, startedAt: now };
  }
  // Written by a machine whose clock is ahead of ours: no window may last longer than it says.
  return { ...counter, startedAt: Math.min(counter.startedAt, now) };
}

/** The key of whoever has no address, or none that can be read: they are counted together. */
const NO_ADDRESS = "none";

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

/**
 * What stands for one client: an IPv4 address as it is; an IPv6 address by its /64, which is the
 * least that one subscriber gets (RFC 6177 §2), so that nobody has 2^64 clients; an IPv4 address
 * inside an IPv6 one (`::ffff:192.0.2.1`) as that IPv4 address.
 */
export function clientKey(ip: string | null): string {
  if (ip === null) return NO_ADDRESS;
  return IPV4.test(ip) ? ip : (ipv6Key(ip) ?? NO_ADDRESS);
}

function ipv6Key(ip: string): string | null {
  if (!/^[0-9a-f:.]+$/i.test(ip)) return null;
  // The URL parser reads every textual form, and gives the one of RFC 5952.
  const canonical = URL.parse(`http://[${ip}]`)?.hostname.slice(1, -1);
  if (canonical === undefined) return null;
  const groups = expandGroups(canonical);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join(".");
  }
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(":")}::/64`;
}

/** The eight groups of an address in its canonical form. */
function expandGroups(canonical: string): number[] {
  const [left = [], right = []] = canonical
    .split("::")
    .map((half) => half.split(":").filter(Boolean))
    .map((half) => half.map((group) => Number.parseInt(group, 16)));
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
