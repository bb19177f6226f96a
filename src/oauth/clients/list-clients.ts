import type { ClientPosition } from "./client-overview.ts";
import type { ClientStore } from "./store.ts";

export type ListClientsDeps = { readonly clients: Pick<ClientStore, "list"> };

type Input = { readonly limit: number; readonly after: ClientPosition | null };

/** One page of the clients, newest first. */
export async function listClients({ clients }: ListClientsDeps, input: Input) {
  const { rows, next } = await clients.list(input);
  return { clients: rows, next };
}
