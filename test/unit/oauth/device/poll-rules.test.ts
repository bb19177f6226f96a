import { expect, it } from "vitest";
import { type PolledRequest, refusePoll } from "../../../../src/oauth/device/poll-rules.ts";

const pending: PolledRequest = { state: "pending", isUsed: false, expiresAt: 1000, slowedDownTo: null };

it.each<[string, PolledRequest | null, number, string]>([
  ["a pending request", pending, 999, "authorization_pending"],
  ["a pending request that is polled too often", { ...pending, slowedDownTo: 10 }, 999, "slow_down"],
  ["a denied request", { ...pending, state: "denied" }, 999, "access_denied"],
  ["an approved request whose session has ended", { ...pending, state: "approved" }, 999, "access_denied"],
  ["an expired request", pending, 1000, "expired_token"],
  ["an expired request that was denied", { ...pending, state: "denied" }, 1000, "expired_token"],
  ["a used request", { ...pending, state: "approved", isUsed: true }, 999, "invalid_grant"],
  ["a used request that has expired", { ...pending, state: "approved", isUsed: true }, 1000, "invalid_grant"],
  ["no request", null, 999, "invalid_grant"],
])("a poll of %s", (_, request, now, error) => expect(refusePoll(request, now).error).toBe(error));
