import type { Clock } from "../../core/clock.ts";
import type { ConnectedApp } from "./grant.ts";
import type { GrantStore } from "./store.ts";

export type ListAppsDeps = { readonly clock: Clock; readonly grants: Pick<GrantStore, "list"> };

/** Lists the apps that can use an account. */
export const listApps = (
  deps: ListAppsDeps,
  { accountId }: { readonly accountId: string },
): Promise<readonly ConnectedApp[]> => deps.grants.list(accountId, deps.clock.now());
