import { invitationStore } from "../../src/admin/users/invitation-store.ts";
import { userStore } from "../../src/admin/users/store.ts";
import { userDirectoryStore } from "../../src/admin/users/user-search-store.ts";
import { factorRemovalStore } from "../../src/authentication/factor-removal/store.ts";
import type { Caller } from "../../src/core/caller.ts";
import { DAY, SECOND, systemClock } from "../../src/core/clock.ts";
import { createSecretRing, type SecretRing } from "../../src/core/crypto/secret-ring.ts";
import { openDatabase } from "../../src/db/database.ts";
import { newMeter } from "../../src/db/metered-d1.ts";
import { newMessage } from "../../src/messaging/outbox/new-outbox-message.ts";
import type { Outbox } from "../../src/messaging/outbox/outbox-port.ts";
import { clientSecretStore } from "../../src/oauth/clients/secret-store.ts";
import { clientStore } from "../../src/oauth/clients/store.ts";
import { revocationListStore } from "../../src/sessions/revocation-list/store.ts";
import { signingKeyStore } from "../../src/sessions/signing-keys/store.ts";
import { readSecret, requireDeploymentSecret } from "./deployment-secret.ts";
import type { Platform } from "./open-platform.ts";

export type Operator = ReturnType<typeof composeOperator>;
export type OperatorWithSecrets = Awaited<ReturnType<typeof withSecrets>>;

/** An operator's commands have no network client. */
export const caller: Caller = { ip: null, userAgent: null, locale: "en" };

/** The dependencies of the use cases that need no secret. */
export function composeOperator(platform: Platform) {
  const meter = newMeter();
  const db = openDatabase(platform.db, meter);
  return {
    platform,
    meter,
    d1: platform.db,
    clock: systemClock,
    // No caps: they limit anonymous callers, not an operator.
    users: userStore(db, null),
    invitations: invitationStore(db, null),
    userDirectory: userDirectoryStore(db),
    factorRemovals: factorRemovalStore(db, null),
    signingKeys: signingKeyStore(db),
    clients: clientStore(db),
    clientSecrets: clientSecretStore(db),
    // The service's cron job publishes each revocation to KV again.
    revocationList: revocationListStore({ kv: platform.kv, db, meter, defer: () => {} }),
    // Only the service can sign logout tokens.
    notifyDeletedClient: () => {},
    // The maximum of ACCESS_TOKEN_TTL, since the deployment's value may be unknown here. A longer revocation is harmless.
    settings: { accessTokenTtl: DAY / SECOND },
  };
}

/** Adds the deployment's secret: it derives the lockout keys and seals the mail. */
export async function withSecrets(operator: Operator) {
  const secrets = await createSecretRing(readSecret(operator.platform));
  await requireDeploymentSecret(operator, secrets);
  return { ...operator, secrets, messages: outboxOf(secrets) };
}

const outboxOf = (secrets: SecretRing): Outbox => ({
  create: (message, options) => newMessage({ secrets }, message, options),
  // The service's cron job sends the outbox.
  deliverSoon: () => undefined,
  deliver: async () => undefined,
});

/** For use cases that send no mail when the actor is an operator. */
export const noMessages: Outbox = {
  create: () => {
    throw new Error("an operator's invitation is not mailed");
  },
  deliverSoon: () => undefined,
  deliver: async () => undefined,
};
