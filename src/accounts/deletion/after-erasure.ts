import type { Defer } from "../../core/defer.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";

export type AfterErasureDeps = {
  readonly clock: { now(): number };
  readonly revocationList: Pick<RevocationList, "revokeAccount">;
  readonly deleteDiscardedAvatars: () => Promise<void>;
  readonly deliverEventsNow: () => Promise<void>;
  readonly defer: Defer;
  readonly settings: { readonly accessTokenTtl: number };
};

/** After the response to the request that has erased an account. The cron jobs do what fails here. */
export function afterErasure(deps: AfterErasureDeps, accountId: string): void {
  const now = deps.clock.now();
  deps.defer(() => deps.revocationList.revokeAccount(accountId, now, deps.settings.accessTokenTtl));
  deps.defer(deps.deleteDiscardedAvatars);
  deps.defer(deps.deliverEventsNow);
}
