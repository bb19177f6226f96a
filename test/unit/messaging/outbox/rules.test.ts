import { describe, expect, it } from "vitest";
import { PROVIDER_TIMEOUT } from "../../../../src/core/post-to-provider.ts";
import { judgeDelivery, pauseAfter, SEND_LEASE_MS } from "../../../../src/messaging/outbox/rules.ts";

const NOW = 1_800_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe("pauseAfter", () => {
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
  ])("after %d attempts is %d ms", (attempts, pause) => {
    expect(pauseAfter(attempts)).toBe(pause);
  });
});

describe("the lease of a taken mail", () => {
  it("outlasts the longest attempt, so that nobody takes it a second time meanwhile", () => {
    expect(SEND_LEASE_MS).toBeGreaterThan(PROVIDER_TIMEOUT * 2);
  });
});

describe("judgeDelivery", () => {
  const inADay = { channel: "email" as const, attempts: 1, expiresAt: NOW + 24 * 60 * MINUTE };
  const down = { outcome: "retry", reason: "http_500" } as const;

  it("is done with a mail that was sent, even if its link has died meanwhile", () => {
    expect(judgeDelivery({ outcome: "sent" }, inADay, NOW)).toEqual({ kind: "done" });
    const late = { channel: "email" as const, attempts: 9, expiresAt: NOW - 1 };
    expect(judgeDelivery({ outcome: "sent" }, late, NOW)).toEqual({ kind: "done" });
  });

  it("buries a refused mail at once, with the provider's reason", () => {
    const refused = { outcome: "refused", reason: "http_422" } as const;
    expect(judgeDelivery(refused, inADay, NOW)).toEqual({ kind: "bury", reason: "http_422" });
  });

  it.each([
    [1, 30 * SECOND],
    [3, 2 * MINUTE],
    [40, 10 * MINUTE],
  ])("tries again after attempt %d, %d ms later", (attempts, pause) => {
    const decision = judgeDelivery(down, { ...inADay, attempts }, NOW);
    expect(decision).toEqual({ kind: "retry", dueAt: NOW + pause, reason: "http_500" });
  });

  it("tries a last time a minute before the link dies, however long the pause would be", () => {
    const decision = judgeDelivery(
      down,
      { channel: "email" as const, attempts: 40, expiresAt: NOW + 4 * MINUTE },
      NOW,
    );
    expect(decision).toEqual({ kind: "retry", dueAt: NOW + 3 * MINUTE, reason: "http_500" });
  });

  it.each([
    ["a millisecond after its last minute begins", MINUTE + 1, "retry"],
    ["as its last minute begins", MINUTE, "bury"],
    ["at this instant", 0, "bury"],
    ["some time ago", -MINUTE, "bury"],
  ])("looks whether the link dies %s", (_when, left, kind) => {
    const decision = judgeDelivery(
      down,
      { channel: "email" as const, attempts: 1, expiresAt: NOW + left },
      NOW,
    );
    expect(decision.kind).toBe(kind);
  });

  it("tries a text three times at most, since each may cost", () => {
    const text = { ...inADay, channel: "sms" as const };
    const kinds = [1, 2, 3, 4].map((attempts) => judgeDelivery(down, { ...text, attempts }, NOW).kind);
    expect(kinds).toEqual(["retry", "retry", "bury", "bury"]);
    const decision = judgeDelivery(down, { ...text, attempts: 3 }, NOW);
    expect(decision).toEqual({ kind: "bury", reason: "gave_up_after_http_500" });
  });

  it("says in the reason what kept a mail from being sent in time", () => {
    const decision = judgeDelivery(
      { outcome: "retry", reason: "timeout" },
      { channel: "email" as const, attempts: 1, expiresAt: NOW },
      NOW,
    );
    expect(decision).toEqual({ kind: "bury", reason: "expired_after_timeout" });
  });
});
