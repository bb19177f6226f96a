import { HOUR } from "../../core/clock.ts";
import type { Channel } from "./message.ts";

/** The key of the hourly send counter of this instant. The keys of one channel sort by hour. */
export const sendBucket = (channel: Channel, now: number): string => `${channel}/${Math.floor(now / HOUR)}`;

/** Messages per hour to all recipients together. Null means that caps are off (only in development). */
export type SendCaps = Readonly<Record<Channel, number>> | null;

/** The part of the hourly cap on mail that only password resets may use. */
const RESET_RESERVE = 1 / 5;

/**
 * The hourly cap of messages that anyone can cause. `shared`: of all such messages, which leaves a reserve for password
 * resets. `reserved`: of password resets.
 */
export const capOf = (channel: Channel, caps: NonNullable<SendCaps>, part: "shared" | "reserved"): number =>
  channel === "email" && part === "shared"
    ? caps.email - Math.floor(caps.email * RESET_RESERVE)
    : caps[channel];
