import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Client, ClientSource } from "./client.ts";
import { type PartialMetadata, usesSecret, withDefaults } from "./client-metadata.ts";
import { isChosenId, newClientId, newClientSecret, secretRow } from "./credentials.ts";
import { type ClientLimits, type ClientProblem, clientProblems } from "./rules.ts";
import type { ClientStore } from "./store.ts";

export type CreateClientDeps = {
  readonly clock: Clock;
  readonly settings: ClientLimits;
  readonly clients: Pick<ClientStore, "create">;
};

type Input = {
  readonly actor: Actor;
  readonly caller: Caller;
  /** Default: a random one. */
  readonly id?: string;
  readonly metadata: PartialMetadata;
  readonly source: ClientSource;
  /** SHA-256 of secrets that exist already, in place of a new one. */
  readonly secretHashes?: readonly string[] | undefined;
};

export type CreateClientFailure =
  | { readonly reason: "client_invalid"; readonly problems: readonly ClientProblem[] }
  | { readonly reason: "client_id_invalid" | "client_id_taken" | "changed_meanwhile" };

/** `secret`: shown once. Null for a client that has none. */
export type CreatedClient = { readonly client: Client; readonly secret: string | null };

/** Registers a client. One that authenticates by a secret gets its first one. */
export async function createClient(
  deps: CreateClientDeps,
  { actor, caller, id: chosenId, metadata, source, secretHashes }: Input,
): Promise<Result<CreatedClient, CreateClientFailure>> {
  const complete = withDefaults(metadata);
  const problems = clientProblems(complete, deps.settings);
  if (problems.length > 0) return err({ reason: "client_invalid", problems });
  if (chosenId !== undefined && !isChosenId(chosenId)) return err({ reason: "client_id_invalid" });
  const id = chosenId ?? newClientId();
  const now = deps.clock.now();
  const client: Client = {
    ...complete,
    id,
    source,
    metadataExpiresAt: null,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
  };
  const secret = usesSecret(client) && secretHashes === undefined ? await newClientSecret(now) : null;
  const given = usesSecret(client) ? (secretHashes ?? []).map((hash) => secretRow(hash, now)) : [];
  const event = { type: "client_created", details: { client: id } } as const;
  const outcome = await deps.clients.create({
    actor,
    client,
    secrets: secret ? [secret.row] : given,
    audit: newAuditEvent(deps, event, caller, actorIdOf(actor)),
  });
  if (outcome === "taken") return err({ reason: "client_id_taken" });
  return outcome === "created"
    ? ok({ client, secret: secret?.secret ?? null })
    : err({ reason: "changed_meanwhile" });
}
