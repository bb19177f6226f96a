import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { secretRow } from "./credentials.ts";
import type { ClientSecretStore } from "./secret-store.ts";
import type { ClientStore } from "./store.ts";

export type SetClientSecretsDeps = {
  readonly clock: Clock;
  readonly clients: Pick<ClientStore, "find">;
  readonly clientSecrets: Pick<ClientSecretStore, "setSecrets">;
};

type Input = {
  readonly actor: Actor;
  readonly caller: Caller;
  readonly clientId: string;
  /** SHA-256, base64url. */
  readonly secretHashes: readonly string[];
};

/** Makes these the only secrets of a client. Returns whether that changed any. */
export async function setClientSecrets(
  deps: SetClientSecretsDeps,
  { actor, caller, clientId, secretHashes }: Input,
): Promise<boolean> {
  const now = deps.clock.now();
  const current = (await deps.clients.find(clientId, now))?.secretHashes ?? [];
  if (current.toSorted().join() === secretHashes.toSorted().join()) return false;
  const event = { type: "client_secret_created", details: { client: clientId } } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const secrets = secretHashes.map((hash) => secretRow(hash, now));
  return deps.clientSecrets.setSecrets({ actor, clientId, audit, secrets });
}
