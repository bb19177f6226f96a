import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { publishEndedSessions } from "../../sessions/publish-ended-sessions.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { NotifyDeletedClient } from "../backchannel-logout/notify-deleted-client.ts";
import type { NoSuchClient } from "./read-client.ts";
import type { ClientStore } from "./store.ts";

export type DeleteClientDeps = {
  readonly clock: Clock;
  readonly clients: Pick<ClientStore, "delete">;
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
  readonly settings: { readonly accessTokenTtl: number };
  readonly notifyDeletedClient: NotifyDeletedClient;
};

type Input = { readonly actor: Actor; readonly caller: Caller; readonly clientId: string };

/**
 * Deletes a client with its secrets and grants, ends its sessions and sends it their logout tokens. A client of a metadata document comes back when it
 * is used again; only CLIENT_METADATA_HOSTS excludes it.
 */
export async function deleteClient(
  deps: DeleteClientDeps,
  { actor, caller, clientId }: Input,
): Promise<Result<void, NoSuchClient>> {
  const now = deps.clock.now();
  const event = { type: "client_deleted", details: { client: clientId } } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const deleted = await deps.clients.delete({ actor, clientId, audit, now });
  if (deleted === null) return err({ reason: "no_such_client" });
  const { client, ended } = deleted;
  deps.notifyDeletedClient(client, ended);
  // The cron job publishes what this call does not.
  await publishEndedSessions(deps, ended, now);
  return ok(undefined);
}
