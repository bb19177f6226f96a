import { describe, expect, it } from "vitest";
import { PROVIDER_TIMEOUT_MS } from "../../../../src/core/post-to-provider.ts";
import { judgeDelivery, retryDelay, SEND_LEASE_MS } from "../../../../src/messaging/outbox/rules.ts";

const NOW = 1_800_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe("retryDelay", () => {
  it.each([
    [1, 30 * SECOND],
    [2, MINUTE],
    [3, 2 * MINUTE],
    [4, 4 * MINUTE],
    [5, 8 * MINUTE],
    [6, 10 * MINUTE],
    [7, 10 * MINUTE],
    [1_000, 10 * MINUTE],
    [10_000, 10 * MINUTE],
  ])("after %d attempts the retry delay is %d ms", (attempts, delay) => {
    expect(retryDelay(attempts)).toBe(delay);
  });
});

describe("SEND_LEASE_MS", () => {
  it("the lease of a taken message is longer than the longest attempt", () => {
    expect(SEND_LEASE_MS).toBeGreaterThan(PROVIDER_TIMEOUT_MS * 2);
  });
});

describe("judgeDelivery", () => {
  const inADay = { channel: "email" as const, attempts: 1, expiresAt: NOW + 24 * 60 * MINUTE };
  const down = { outcome: "retry", reason: "http_500" } as const;

  it("marks a sent mail as sent, even if its link has expired meanwhile", () => {
    expect(judgeDelivery({ outcome: "sent" }, inADay, NOW)).toEqual({ kind: "sent" });
    const late = { channel: "email" as const, attempts: 9, expiresAt: NOW - 1 };
    expect(judgeDelivery({ outcome: "sent" }, late, NOW)).toEqual({ kind: "sent" });
  });

  it("dead-letters a refused mail at once, with the provider's reason", () => {
    const refused = { outcome: "refused", reason: "http_422" } as const;
    expect(judgeDelivery(refused, inADay, NOW)).toEqual({ kind: "dead", reason: "http_422" });
  });

  it.each([
    [1, 30 * SECOND],
    [3, 2 * MINUTE],
    [40, 10 * MINUTE],
  ])("retries after attempt %d with a delay of %d ms", (attempts, delay) => {
    const decision = judgeDelivery(down, { ...inADay, attempts }, NOW);
    expect(decision).toEqual({ kind: "retry", dueAt: NOW + delay, reason: "http_500" });
  });

  it("makes the last attempt one minute before the link expires, even if the delay is longer", () => {
    const decision = judgeDelivery(
      down,
      { channel: "email" as const, attempts: 40, expiresAt: NOW + 4 * MINUTE },
      NOW,
    );
    expect(decision).toEqual({ kind: "retry", dueAt: NOW + 3 * MINUTE, reason: "http_500" });
  });

  it.each([
    ["in more than one minute", MINUTE + 1, "retry"],
    ["in exactly one minute", MINUTE, "dead"],
    ["at this instant", 0, "dead"],
    ["one minute ago", -MINUTE, "dead"],
  ])("decides about a mail whose link expires %s (%d ms): %s", (_when, left, kind) => {
    const decision = judgeDelivery(
      down,
      { channel: "email" as const, attempts: 1, expiresAt: NOW + left },
      NOW,
    );
    expect(decision.kind).toBe(kind);
  });

  it("dead-letters a text message after three attempts, since each may cost money", () => {
    const text = { ...inADay, channel: "sms" as const };
    const kinds = [1, 2, 3, 4].map((attempts) => judgeDelivery(down, { ...text, attempts }, NOW).kind);
    expect(kinds).toEqual(["retry", "retry", "dead", "dead"]);
    const decision = judgeDelivery(down, { ...text, attempts: 3 }, NOW);
    expect(decision).toEqual({ kind: "dead", reason: "gave_up_after_http_500" });
  });

  it("gives the last failure in the reason of a mail that could not be sent in time", () => {
    const decision = judgeDelivery(
      { outcome: "retry", reason: "timeout" },
      { channel: "email" as const, attempts: 1, expiresAt: NOW },
      NOW,
    );
    expect(decision).toEqual({ kind: "dead", reason: "expired_after_timeout" });
  });
});
