import type { ClientStore } from "./store.ts";

export type ListClientGrantsDeps = { readonly clients: Pick<ClientStore, "listGrants"> };

type Input = { readonly clientId: string; readonly limit: number; readonly after: string | null };

/** One page of the consents that users gave a client. An unknown client has none. */
export async function listClientGrants({ clients }: ListClientGrantsDeps, input: Input) {
  const { rows, next } = await clients.listGrants(input);
  return { grants: rows, next };
}
