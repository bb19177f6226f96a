import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ClientOverview } from "./client-overview.ts";
import type { ClientStore } from "./store.ts";

export type ReadClientDeps = { readonly clock: Clock; readonly clients: Pick<ClientStore, "read"> };

export type NoSuchClient = { readonly reason: "no_such_client" };

/** One client with its secrets' ids, and the number of its grants. */
export async function readClient(
  { clock, clients }: ReadClientDeps,
  clientId: string,
): Promise<Result<ClientOverview, NoSuchClient>> {
  const found = await clients.read(clientId, clock.now());
  return found ? ok(found) : err({ reason: "no_such_client" });
}
