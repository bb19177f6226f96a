import { type Clock, MINUTE } from "../../core/clock.ts";
import { capOf, type SendCaps, sendBucket } from "./hourly-send-bucket.ts";
import type { Channel } from "./message.ts";
import type { OutboxStore } from "./store.ts";

/** `held`: what the cap holds back from now to the end of the hour. */
type SendCapAlarm = {
  readonly channel: Channel;
  readonly sends: number;
  readonly cap: number;
  readonly held: "all" | "all but password resets";
};

export type ReportSendCapsDeps = {
  readonly clock: Clock;
  readonly sendCaps: SendCaps;
  readonly outbox: Pick<OutboxStore, "readSends">;
  readonly reportAlarm: (name: string, details: SendCapAlarm) => void;
};

/**
 * Every minute: raises the alarm `send_cap_reached` while the messages that anyone can cause have reached their hourly cap.
 * The counter of the minute before is read too, so that a cap that is reached at the end of an hour is reported.
 */
export async function reportSendCaps(deps: ReportSendCapsDeps): Promise<void> {
  const { sendCaps: caps } = deps;
  if (caps === null) return;
  const now = deps.clock.now();
  for (const channel of ["email", "sms"] as const) {
    const buckets = [sendBucket(channel, now - MINUTE), sendBucket(channel, now)];
    const sends = Math.max(0, ...(await deps.outbox.readSends(buckets)));
    if (sends < capOf(channel, caps, "shared")) continue;
    const held = sends < capOf(channel, caps, "reserved") ? "all but password resets" : "all";
    deps.reportAlarm("send_cap_reached", { channel, sends, cap: caps[channel], held });
  }
}
