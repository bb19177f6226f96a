import type { Caller } from "../../src/kernel/caller.ts";
import { DAY, SECOND, systemClock } from "../../src/kernel/clock.ts";
import { createSecretRing, type SecretRing } from "../../src/kernel/crypto/secret-ring.ts";
import { draftMessage } from "../../src/outbox/draft-message.ts";
import type { Outbox } from "../../src/outbox/outbox-port.ts";
import { openDatabase } from "../../src/storage/database.ts";
import { denylistStorage } from "../../src/storage/denylist.ts";
import { invitationStorage } from "../../src/storage/invitations.ts";
import { newMeter } from "../../src/storage/metered-d1.ts";
import { signingKeyStorage } from "../../src/storage/signing-keys.ts";
import { userDirectoryStorage } from "../../src/storage/user-directory.ts";
import { userStorage } from "../../src/storage/users.ts";
import { readSecret, refuseForeignSecret } from "./deployment-secret.ts";
import type { Platform } from "./platform.ts";

export type Operator = ReturnType<typeof wireOperator>;
export type SealingOperator = Awaited<ReturnType<typeof withSecrets>>;

/** Nobody asked over a network. */
export const caller: Caller = { ip: null, userAgent: null, locale: "en" };

/** What the verbs need that an operator calls, over the service's own storage. */
export function wireOperator(platform: Platform) {
  const meter = newMeter();
  const db = openDatabase(platform.db, meter);
  return {
    platform,
    meter,
    d1: platform.db,
    clock: systemClock,
    // Caps hold back what strangers can set off, and an operator is none.
    users: userStorage(db, null),
    invitations: invitationStorage(db, null),
    directory: userDirectoryStorage(db),
    signingKeys: signingKeyStorage(db),
    // What KV has heard here is told to it once more by the service's clockwork, which then strikes it out.
    denylist: denylistStorage({ kv: platform.kv, db, meter, defer: () => {} }),
    // The longest life of a token that the configuration allows: the deployment's own may not be known here,
    // and a revocation that is remembered for longer does no harm.
    settings: { accessTokenTtl: DAY / SECOND },
  };
}

/** The same with the deployment's secret, for locks, whose keys it makes, and for mail, which it seals. */
export async function withSecrets(operator: Operator) {
  const secrets = await createSecretRing(readSecret(operator.platform));
  await refuseForeignSecret(operator, secrets);
  return { ...operator, secrets, messages: outboxOf(secrets) };
}

const outboxOf = (secrets: SecretRing): Outbox => ({
  draft: (message, to) => draftMessage({ secrets }, message, to),
  // The service's own clockwork sends what is in the outbox.
  deliverSoon: () => undefined,
});

/** For verbs that mail nothing when it is an operator who calls them. */
export const noMessages: Outbox = {
  draft: () => {
    throw new Error("an operator's invitation is not mailed");
  },
  deliverSoon: () => undefined,
};
