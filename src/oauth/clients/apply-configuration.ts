import { OPERATOR } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Client } from "./client.ts";
import { type PartialMetadata, usesSecret, withDefaults } from "./client-metadata.ts";
import { type CreateClientDeps, type CreateClientFailure, createClient } from "./create-client.ts";
import { isChosenId } from "./credentials.ts";
import { type DeleteClientDeps, deleteClient } from "./delete-client.ts";
import { type RotateClientSecretDeps, rotateClientSecret } from "./rotate-client-secret.ts";
import { clientProblems } from "./rules.ts";
import { type SetClientSecretsDeps, setClientSecrets } from "./set-client-secrets.ts";
import type { ClientStore } from "./store.ts";
import { type UpdateClientDeps, type UpdateClientFailure, updateClient } from "./update-client.ts";

/** A client of the configuration file. `secretHashes`: the only valid secrets, as SHA-256 in base64url. */
export type ConfiguredClient = {
  readonly id: string;
  readonly metadata: PartialMetadata;
  readonly secretHashes?: readonly string[] | undefined;
};

export type ApplyConfigurationDeps = CreateClientDeps &
  UpdateClientDeps &
  DeleteClientDeps &
  RotateClientSecretDeps &
  SetClientSecretsDeps & { readonly clients: Pick<ClientStore, "listConfigured" | "read"> };

export type AppliedConfiguration = {
  /** `secret`: generated, since the file has none; shown once. */
  readonly secrets: readonly { readonly id: string; readonly secret: string }[];
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
};

export type ConfigurationFailure = { readonly id: string } & (
  | CreateClientFailure
  | UpdateClientFailure
  | { readonly reason: "client_id_repeated" | "secrets_unused" }
);

type Input = { readonly clients: readonly ConfiguredClient[]; readonly caller: Caller };

/**
 * Makes the clients of the source `configuration` those of the file: creates, updates and removes. A second run changes
 * nothing. Clients of other sources stay unchanged; a client of the file with the id of one is refused.
 */
export async function applyConfiguration(
  deps: ApplyConfigurationDeps,
  { clients, caller }: Input,
): Promise<Result<AppliedConfiguration, ConfigurationFailure>> {
  const problem = configurationProblem(clients, deps.settings);
  if (problem) return err(problem);
  const existing = new Map((await deps.clients.listConfigured()).map((client) => [client.id, client]));
  const applied = { secrets: [], created: [], updated: [], removed: [] } as Mutable<AppliedConfiguration>;
  const acting = { actor: OPERATOR, caller, source: "configuration" } as const;
  for (const configured of clients) {
    const before = existing.get(configured.id);
    const result = before
      ? await update(deps, { ...acting, before, configured })
      : await create(deps, { ...acting, configured });
    if (!result.ok) return err({ id: configured.id, ...result.error });
    const { secret, outcome } = result.value;
    if (outcome !== "unchanged") applied[outcome].push(configured.id);
    if (secret !== null) applied.secrets.push({ id: configured.id, secret });
  }
  const kept = new Set(clients.map(({ id }) => id));
  for (const id of existing.keys()) {
    if (kept.has(id)) continue;
    await deleteClient(deps, { ...acting, clientId: id });
    applied.removed.push(id);
  }
  return ok(applied);
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };
type Acting = { readonly actor: typeof OPERATOR; readonly caller: Caller; readonly source: "configuration" };
type Outcome = { readonly outcome: "created" | "updated" | "unchanged"; readonly secret: string | null };

/** Checked before anything changes. */
export function configurationProblem(
  clients: readonly ConfiguredClient[],
  settings: CreateClientDeps["settings"],
): ConfigurationFailure | null {
  const ids = new Set<string>();
  for (const { id, metadata, secretHashes } of clients) {
    if (!isChosenId(id)) return { id, reason: "client_id_invalid" };
    if (ids.has(id)) return { id, reason: "client_id_repeated" };
    ids.add(id);
    const complete = withDefaults(metadata);
    const problems = clientProblems(complete, settings);
    if (problems.length > 0) return { id, reason: "client_invalid", problems };
    if (secretHashes !== undefined && !usesSecret(complete)) return { id, reason: "secrets_unused" };
  }
  return null;
}

async function create(
  deps: ApplyConfigurationDeps,
  { configured, ...acting }: Acting & { readonly configured: ConfiguredClient },
): Promise<Result<Outcome, CreateClientFailure>> {
  const { id, metadata, secretHashes } = configured;
  const created = await createClient(deps, { ...acting, id, metadata, secretHashes });
  return created.ok ? ok({ outcome: "created", secret: created.value.secret }) : created;
}

type Update = Acting & { readonly before: Client; readonly configured: ConfiguredClient };

async function update(
  deps: ApplyConfigurationDeps,
  { before, configured, ...acting }: Update,
): Promise<Result<Outcome, UpdateClientFailure>> {
  const clientId = configured.id;
  const changes = withDefaults(configured.metadata);
  const updated = await updateClient(deps, { ...acting, clientId, changes });
  if (!updated.ok) return updated;
  const isChanged = updated.value.updatedAt !== before.updatedAt;
  const secrets = await updateSecrets(deps, { ...acting, configured, client: updated.value });
  return ok({ outcome: isChanged || secrets.isChanged ? "updated" : "unchanged", secret: secrets.secret });
}

/** Without hashes in the file, a client keeps its secrets, and one without a secret gets its first. */
async function updateSecrets(
  deps: ApplyConfigurationDeps,
  {
    configured,
    client,
    ...acting
  }: Acting & { readonly configured: ConfiguredClient; readonly client: Client },
): Promise<{ readonly isChanged: boolean; readonly secret: string | null }> {
  const clientId = client.id;
  const { secretHashes } = configured;
  if (secretHashes !== undefined) {
    return { isChanged: await setClientSecrets(deps, { ...acting, clientId, secretHashes }), secret: null };
  }
  const overview = usesSecret(client) ? await deps.clients.read(clientId, deps.clock.now()) : null;
  if (overview === null || overview.secrets.length > 0) return { isChanged: false, secret: null };
  const rotated = await rotateClientSecret(deps, { ...acting, clientId, overlapSeconds: 0 });
  return { isChanged: rotated.ok, secret: rotated.ok ? rotated.value.secret : null };
}
