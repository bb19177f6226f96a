import { DAY } from "../../core/clock.ts";
import type { Defer } from "../../core/defer.ts";
import type { Client, ClientDirectory, ClientWithSecrets } from "../clients/client.ts";
import type { ClientLimits } from "../clients/rules.ts";
import { type ClientMetadataPolicy, documentUrl, isDocumentUrl } from "./document-url.ts";
import type { FetchDocument } from "./fetch-document.ts";
import { readDocument } from "./read-document.ts";

export type ResolveClientDeps = {
  readonly settings: ClientLimits & {
    readonly clientMetadata: ClientMetadataPolicy;
    readonly canRegisterClients: boolean;
  };
  readonly clients: ClientDirectory;
  readonly fetchClientDocument: FetchDocument;
  readonly defer: Defer;
};

/**
 * Finds a client by its id. One of a metadata document is fetched when it is unknown or its document has expired. Null:
 * no such client, or its document is refused, unreachable or invalid.
 */
export async function resolveClient(
  deps: ResolveClientDeps,
  clientId: string,
  now: number,
): Promise<ClientWithSecrets | null> {
  if (isDocumentUrl(clientId) && documentUrl(clientId, deps.settings) === null) return null;
  return resolveFoundClient(deps, { clientId, found: await deps.clients.find(clientId, now), now });
}

type Found = { readonly clientId: string; readonly found: ClientWithSecrets | null; readonly now: number };

/**
 * As `resolveClient`, for an endpoint that has read the row in a batch of its own. The configuration may exclude a client
 * whose row still exists: a host that it no longer lists, or all that have registered themselves.
 */
export async function resolveFoundClient(
  deps: ResolveClientDeps,
  { clientId, found, now }: Found,
): Promise<ClientWithSecrets | null> {
  if (!isDocumentUrl(clientId)) return found && isAdmitted(found, deps) ? found : null;
  const url = documentUrl(clientId, deps.settings);
  if (url === null || (found !== null && isFresh(found.client, now))) return url && found;
  const fetched = await deps.fetchClientDocument(url);
  if (!fetched.ok) return fetched.error === "unreachable" && isRecent(found, now) ? found : null;
  const { json, lifetime } = fetched.value;
  const read = readDocument(json, { url, settings: deps.settings, now, expiresAt: now + lifetime });
  if (!read.ok) return null;
  await store(deps, read.value, found);
  return { client: { ...read.value, ...keptFields(found) }, secretHashes: [] };
}

/**
 * A new client needs its row now: codes and grants refer to it. A row that exists is replaced after the response, since
 * this request uses the validated document and not the row. If that fails, the next request reads the document again.
 */
async function store(deps: ResolveClientDeps, client: Client, found: ClientWithSecrets | null) {
  if (found === null) await deps.clients.saveMetadata(client);
  else deps.defer(() => deps.clients.saveMetadata(client));
}

const isAdmitted = ({ client }: ClientWithSecrets, { settings }: ResolveClientDeps): boolean =>
  client.source !== "registration" || settings.canRegisterClients;

/** A failure is not stored. The document of the last day serves while its host is unreachable (RFC 5861 §4). */
const isRecent = (found: ClientWithSecrets | null, now: number): boolean =>
  found !== null && now - found.client.updatedAt < DAY;

const isFresh = ({ metadataExpiresAt }: Client, now: number): boolean =>
  metadataExpiresAt !== null && metadataExpiresAt > now;

const keptFields = (found: ClientWithSecrets | null): Partial<Client> =>
  found === null ? {} : { createdAt: found.client.createdAt, lastUsedAt: found.client.lastUsedAt };
