import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, SECOND } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import type { GrantStore } from "./store.ts";

export type RevokeAppDeps = {
  readonly clock: Clock;
  readonly grants: Pick<GrantStore, "revoke">;
  readonly revocationList: Pick<RevocationList, "revokeSessions">;
  readonly settings: { readonly accessTokenTtl: number };
};

type RevokeInput = { readonly grantId: string; readonly accountId: string; readonly caller: Caller };

/** Ends the access of an app to the account: the consent and all sessions that it has opened, on all devices. */
export async function revokeApp(
  deps: RevokeAppDeps,
  { grantId, accountId, caller }: RevokeInput,
): Promise<Result<null, { readonly reason: "not_found" }>> {
  const now = deps.clock.now();
  const event = { type: "app_revoked", details: { client: "" } } as const;
  const audit = newAuditEvent(deps, event, caller, accountId);
  const ended = await deps.grants.revoke({ grantId, accountId, audit, now });
  if (ended === null) return err({ reason: "not_found" });
  if (ended.length === 0) return ok(null);
  const lastExpiry = Math.max(...ended.map(({ idleExpiresAt }) => idleExpiresAt));
  await deps.revocationList.revokeSessions(
    ended.map(({ id }) => id),
    Math.max((lastExpiry - now) / SECOND, deps.settings.accessTokenTtl),
  );
  return ok(null);
}
