import type { Clock } from "../kernel/clock.ts";

export type AnnounceDenialsDeps = {
  readonly clock: Clock;
  readonly denylist: { bringPending(now: number): Promise<void> };
};

/** Every minute: tells KV of the sessions that ended while it took no word of it, so that other Workers learn of them. */
export const announceDenials = ({ clock, denylist }: AnnounceDenialsDeps): Promise<void> =>
  denylist.bringPending(clock.now());
