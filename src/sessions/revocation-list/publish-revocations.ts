import type { Clock } from "../../core/clock.ts";

export type PublishRevocationsDeps = {
  readonly clock: Clock;
  readonly revocationList: { publishPending(now: number): Promise<void> };
};

/** Every minute: tells KV of the sessions of whose end it has not heard, so that other Workers learn of it. */
export const publishRevocations = ({ clock, revocationList }: PublishRevocationsDeps): Promise<void> =>
  revocationList.publishPending(clock.now());
