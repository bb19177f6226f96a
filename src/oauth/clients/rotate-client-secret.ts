import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ClientSecret } from "./client.ts";
import { newClientSecret } from "./credentials.ts";
import type { NoSuchClient } from "./read-client.ts";
import { mayHaveSecrets, overlapEnd } from "./rules.ts";
import type { ClientSecretStore } from "./secret-store.ts";
import type { ClientStore } from "./store.ts";

export type RotateClientSecretDeps = {
  readonly clock: Clock;
  readonly clients: Pick<ClientStore, "find">;
  readonly clientSecrets: Pick<ClientSecretStore, "rotateSecret">;
};

type Input = {
  readonly actor: Actor;
  readonly caller: Caller;
  readonly clientId: string;
  /** Seconds for which the previous secret stays valid. 0: it ends at once. */
  readonly overlapSeconds: number;
};

export type RotateClientSecretFailure =
  | NoSuchClient
  | { readonly reason: "client_has_no_secrets" | "overlap_too_long" | "changed_meanwhile" };

export type RotatedSecret = {
  /** Shown once. */
  readonly secret: string;
  readonly row: Omit<ClientSecret, "secretHash">;
};

/** Gives a client a new secret. At most two are valid: the new one, and for the overlap the previous one. */
export async function rotateClientSecret(
  deps: RotateClientSecretDeps,
  { actor, caller, clientId, overlapSeconds }: Input,
): Promise<Result<RotatedSecret, RotateClientSecretFailure>> {
  const now = deps.clock.now();
  const overlapUntil = overlapEnd(now, overlapSeconds);
  if (overlapUntil === null) return err({ reason: "overlap_too_long" });
  const found = await deps.clients.find(clientId, now);
  if (!found) return err({ reason: "no_such_client" });
  if (!mayHaveSecrets(found.client)) return err({ reason: "client_has_no_secrets" });
  const { secret, row } = await newClientSecret(now);
  const event = { type: "client_secret_created", details: { client: clientId } } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const isDone = await deps.clientSecrets.rotateSecret({
    actor,
    clientId,
    audit,
    secret: row,
    overlapUntil,
    now,
  });
  return isDone ? ok({ secret, row }) : err({ reason: "changed_meanwhile" });
}
