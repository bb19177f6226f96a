import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ClientSecretStore } from "./secret-store.ts";

export type DeleteClientSecretDeps = {
  readonly clock: Clock;
  readonly clientSecrets: Pick<ClientSecretStore, "deleteSecret">;
};

type Input = {
  readonly actor: Actor;
  readonly caller: Caller;
  readonly clientId: string;
  readonly secretId: string;
};

export type DeleteClientSecretFailure = { readonly reason: "no_such_secret" };

/** Deletes a secret, which ends its validity at once. Tokens that were issued with it stay valid. */
export async function deleteClientSecret(
  deps: DeleteClientSecretDeps,
  { actor, caller, clientId, secretId }: Input,
): Promise<Result<void, DeleteClientSecretFailure>> {
  const event = { type: "client_secret_deleted", details: { client: clientId } } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const isDone = await deps.clientSecrets.deleteSecret({ actor, clientId, audit, secretId });
  return isDone ? ok(undefined) : err({ reason: "no_such_secret" });
}
