import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Client } from "./client.ts";
import { type ClientMetadata, changedFields } from "./client-metadata.ts";
import type { NoSuchClient } from "./read-client.ts";
import { type ClientLimits, type ClientProblem, clientProblems } from "./rules.ts";
import type { ClientStore } from "./store.ts";

export type UpdateClientDeps = {
  readonly clock: Clock;
  readonly settings: ClientLimits;
  readonly clients: Pick<ClientStore, "find" | "update">;
};

/** A missing field stays unchanged. */
export type ClientChanges = { readonly [Field in keyof ClientMetadata]?: ClientMetadata[Field] | undefined };

type Input = {
  readonly actor: Actor;
  readonly caller: Caller;
  readonly clientId: string;
  readonly changes: ClientChanges;
  /** The configuration file may change what it has created; the others may not (its next run would revert them). */
  readonly source?: "configuration";
};

export type UpdateClientFailure =
  | NoSuchClient
  | { readonly reason: "client_invalid"; readonly problems: readonly ClientProblem[] }
  | { readonly reason: "client_managed_elsewhere" | "changed_meanwhile" };

/** Changes the metadata of a client. Its tokens and secrets stay valid, unless it no longer authenticates by a secret. */
export async function updateClient(
  deps: UpdateClientDeps,
  { actor, caller, clientId, changes, source }: Input,
): Promise<Result<Client, UpdateClientFailure>> {
  const now = deps.clock.now();
  const before = (await deps.clients.find(clientId, now))?.client;
  if (!before) return err({ reason: "no_such_client" });
  if (before.source === "metadata" || (before.source === "configuration") !== (source === "configuration")) {
    return err({ reason: "client_managed_elsewhere" });
  }
  const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const after: Client = { ...before, ...set, updatedAt: Math.max(now, before.updatedAt + 1) };
  const problems = clientProblems(after, deps.settings);
  if (problems.length > 0) return err({ reason: "client_invalid", problems });
  const changed = changedFields(before, { ...before, ...set });
  if (changed.length === 0) return ok(before);
  const event = {
    type: "client_updated",
    details: { client: clientId, changes: changed.join(",") },
  } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const isDone = await deps.clients.update({ actor, clientId, audit, before, after });
  return isDone ? ok(after) : err({ reason: "changed_meanwhile" });
}
