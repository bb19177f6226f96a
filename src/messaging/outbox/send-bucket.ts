import { HOUR } from "../../core/clock.ts";
import type { Channel } from "./message.ts";

/** Which hour's count a message sent at that instant belongs to. Those of a channel sort as their hours do. */
export const sendBucket = (channel: Channel, now: number): string => `${channel}/${Math.floor(now / HOUR)}`;
