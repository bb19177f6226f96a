import { expect, it } from "vitest";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { retryDeliveries } from "../../../../src/messaging/outbox/retry-deliveries.ts";

const unexpected = async () => {
  throw new Error("unexpected");
};

it("ends a failed run only when the other deliveries have ended", async () => {
  const ended: string[] = [];
  const other = Promise.withResolvers<null>();
  const run = retryDeliveries({
    clock: { now: () => 0 },
    secrets: await createSecretRing("a test's root secret, 32 bytes or more"),
    channels: { email: unexpected, sms: unexpected },
    outbox: {
      listDue: async () => ["failing", "slow"],
      take: async (id) => {
        if (id === "failing") throw new Error("D1 is down");
        return other.promise.finally(() => ended.push(id));
      },
      markSent: unexpected,
      postpone: unexpected,
      markDead: unexpected,
    },
  }).catch((error: Error) => ended.push(error.message));
  setTimeout(() => other.resolve(null), 20);
  await run;
  expect(ended).toEqual(["slow", "D1 is down"]);
});
