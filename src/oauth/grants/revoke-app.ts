import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { publishEndedSessions } from "../../sessions/publish-ended-sessions.ts";
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
  await publishEndedSessions(deps, ended, now);
  return ok(null);
}
