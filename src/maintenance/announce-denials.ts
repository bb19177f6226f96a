import type { Clock } from "../kernel/clock.ts";

export type AnnounceDenialsDeps = {
  readonly clock: Clock;
  readonly denylist: { tellPending(now: number): Promise<void> };
};

/** Every minute: tells KV of the sessions of whose end it has not heard, so that other Workers learn of it. */
export const announceDenials = ({ clock, denylist }: AnnounceDenialsDeps): Promise<void> =>
  denylist.tellPending(clock.now());
