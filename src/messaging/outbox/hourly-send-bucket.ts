import { HOUR } from "../../core/clock.ts";
import type { Channel } from "./message.ts";

/** The key of the hourly send counter of this instant. The keys of one channel sort by hour. */
export const sendBucket = (channel: Channel, now: number): string => `${channel}/${Math.floor(now / HOUR)}`;
