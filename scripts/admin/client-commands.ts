import { OPERATOR } from "../../src/admin/authorization/actor.ts";
import type { Client } from "../../src/oauth/clients/client.ts";
import { describeProblem } from "../../src/oauth/clients/client-problems.ts";
import { createClient } from "../../src/oauth/clients/create-client.ts";
import { deleteClient } from "../../src/oauth/clients/delete-client.ts";
import { type ClientFailure, clientErrorMessages } from "../../src/oauth/clients/errors.ts";
import { listClients } from "../../src/oauth/clients/list-clients.ts";
import { presentClient, presentSecret } from "../../src/oauth/clients/present-client.ts";
import { readClient } from "../../src/oauth/clients/read-client.ts";
import { rotateClientSecret } from "../../src/oauth/clients/rotate-client-secret.ts";
import { type ClientChanges, updateClient } from "../../src/oauth/clients/update-client.ts";
import { readClientLimits } from "../shared/client-limits.ts";
import { CommandError } from "../shared/command-error.ts";
import { printable, printableJson, table } from "../shared/printable.ts";
import type { ClientOptions } from "./client-command-line.ts";
import { caller, type Operator } from "./compose.ts";

// The use cases of src/oauth/clients with the operator as actor.

const acting = { actor: OPERATOR, caller } as const;

/** The limits come from the variables of the service. */
const withLimits = (deps: Operator) => ({ ...deps, settings: readClientLimits(deps.platform.variables) });

export async function listByCommand(deps: Operator, { limit = 50, json }: ClientOptions): Promise<string> {
  const { clients, next } = await listClients(deps, { limit, after: null });
  if (json) return printableJson({ clients: clients.map(presentClient), hasMore: next !== null });
  if (clients.length === 0) return "No clients found.";
  const more = next === null ? "" : "\n\nThere are more clients: raise --limit.";
  const rows = clients.map(({ id, name, type, source, createdAt, lastUsedAt }) => [
    id,
    name,
    type,
    source,
    dayOf(createdAt),
    lastUsedAt === null ? "never" : dayOf(lastUsedAt),
  ]);
  return table([["id", "name", "type", "source", "created", "last used"], ...rows]) + more;
}

export async function showByCommand(deps: Operator, id: string, { json }: ClientOptions): Promise<string> {
  const found = await readClient(deps, id);
  if (!found.ok) throw failure(id, found.error);
  const { client, secrets, grants } = found.value;
  if (json) {
    return printableJson({ client: presentClient(client), secrets: secrets.map(presentSecret), grants });
  }
  const secretText = (one: ReturnType<typeof presentSecret>) =>
    `${one.id}, since ${one.createdAt}${one.expiresAt === null ? "" : `, until ${one.expiresAt}`}`;
  return table([
    ...Object.entries(presentClient(client)).map(([name, value]) => [name, textOf(value)]),
    ...secrets.map(presentSecret).map((one) => ["secret", secretText(one)]),
    ["grants", String(grants)],
  ]);
}

export async function createByCommand(deps: Operator, name: string, options: ClientOptions): Promise<string> {
  const metadata = { ...changesOf(options), name };
  const result = await createClient(withLimits(deps), {
    ...acting,
    id: options.id,
    metadata,
    source: "admin",
  });
  if (!result.ok) throw failure(options.id ?? name, result.error);
  const { client, secret } = result.value;
  if (options.json) return printableJson({ client: presentClient(client), secret });
  return `Registered ${printable(client.name)}. Its client id:\n\n    ${client.id}\n${shownOnce(secret)}`;
}

export async function updateByCommand(deps: Operator, id: string, options: ClientOptions): Promise<string> {
  const changes = { ...changesOf(options), name: options.name };
  const result = await updateClient(withLimits(deps), { ...acting, clientId: id, changes });
  if (!result.ok) throw failure(id, result.error);
  return `${printable(result.value.name)} is up to date.`;
}

export async function rotateByCommand(deps: Operator, id: string, options: ClientOptions): Promise<string> {
  const { overlap = 0, json } = options;
  const result = await rotateClientSecret(deps, { ...acting, clientId: id, overlapSeconds: overlap });
  if (!result.ok) throw failure(id, result.error);
  const { row, secret } = result.value;
  if (json) return printableJson({ ...presentSecret(row), secret });
  const end = overlap === 0 ? "has ended" : `ends in ${overlap} seconds`;
  return `The previous secret ${end}.\n${shownOnce(secret)}`;
}

export async function deleteByCommand(deps: Operator, id: string): Promise<string> {
  const result = await deleteClient(deps, { ...acting, clientId: id });
  if (!result.ok) throw failure(id, result.error);
  return `Deleted ${printable(id)}; its sessions have ended.`;
}

function changesOf(options: ClientOptions): ClientChanges {
  const { redirectUri, postLogoutRedirectUri, grantType, resource, scope, firstParty } = options;
  return {
    type: options.type,
    authMethod: options.authMethod,
    redirectUris: redirectUri,
    postLogoutRedirectUris: postLogoutRedirectUri,
    grantTypes: grantType,
    resources: resource,
    // A list may be quoted: --scope "openid profile".
    scopes: scope?.flatMap((one) => one.split(" ").filter(Boolean)),
    isFirstParty: firstParty,
    logoUri: options.logoUri,
    clientUri: options.clientUri,
    jwksUri: options.jwksUri,
    backchannelLogoutUri: options.backchannelLogoutUri,
    idTokenAlg: options.idTokenAlg,
    accessTokenTtl: options.accessTokenTtl,
    refreshIdleTtl: options.refreshIdleTtl,
    refreshMaxTtl: options.refreshMaxTtl,
    refreshGraceSeconds: options.refreshGraceSeconds,
  };
}

const shownOnce = (secret: string | null): string =>
  secret === null
    ? ""
    : `\nIts secret is shown only once; the database has only its hash:\n\n    ${secret}\n`;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const textOf = (value: Client[keyof Client] | string): string => {
  if (value === null) return "-";
  return Array.isArray(value) ? value.join(" ") : String(value);
};

function failure(id: string, error: ClientFailure): CommandError {
  if (error.reason === "client_invalid") {
    const lines = error.problems.map((problem) => `  ${problem.field}: ${describeProblem(problem)}`);
    return new CommandError(`The client cannot be registered like this:\n\n${lines.join("\n")}`);
  }
  if (error.reason === "no_such_client") return new CommandError(`No client has the id ${printable(id)}.`);
  return new CommandError(
    clientErrorMessages[error.reason] ?? "The database changed in the meantime. Please try again.",
  );
}
