import { userDirectoryStore } from "../../src/admin/users/directory-store.ts";
import { invitationStore } from "../../src/admin/users/invitation-store.ts";
import { userStore } from "../../src/admin/users/store.ts";
import type { Caller } from "../../src/core/caller.ts";
import { DAY, SECOND, systemClock } from "../../src/core/clock.ts";
import { createSecretRing, type SecretRing } from "../../src/core/crypto/secret-ring.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";
import { newMessage } from "../../src/messaging/outbox/new-outbox-message.ts";
import type { Outbox } from "../../src/messaging/outbox/outbox-port.ts";
import { revocationListStore } from "../../src/sessions/revocation-list/store.ts";
import { signingKeyStore } from "../../src/sessions/signing-keys/store.ts";
import { readSecret, refuseForeignSecret } from "./deployment-secret.ts";
import type { Platform } from "./platform.ts";

export type Operator = ReturnType<typeof composeOperator>;
export type SealingOperator = Awaited<ReturnType<typeof withSecrets>>;

/** Nobody asked over a network. */
export const caller: Caller = { ip: null, userAgent: null, locale: "en" };

/** What the verbs need that an operator calls, over the service's own storage. */
export function composeOperator(platform: Platform) {
  const meter = newMeter();
  const db = openDatabase(platform.db, meter);
  return {
    platform,
    meter,
    d1: platform.db,
    clock: systemClock,
    // Caps hold back what strangers can set off, and an operator is none.
    users: userStore(db, null),
    invitations: invitationStore(db, null),
    directory: userDirectoryStore(db),
    signingKeys: signingKeyStore(db),
    // What KV has heard here is told to it once more by the service's clockwork, which then strikes it out.
    revocationList: revocationListStore({ kv: platform.kv, db, meter, defer: () => {} }),
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
  draft: (message, to) => newMessage({ secrets }, message, to),
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
