import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type NewAuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

export type EndUserSessionsDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: {
    endSessions(
      draft: AdminAction & { audit: NewAuditEvent; now: number },
    ): Promise<"done" | "changed_meanwhile">;
  };
  readonly revocationList: {
    revokeAccount(accountId: string, timestamp: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly settings: { readonly accessTokenTtl: number };
};

type Failure = FindManageableUserFailure | { readonly reason: "changed_meanwhile" };

/** Signs somebody out everywhere (ASVS 7.4.5). */
export async function endUserSessions(
  deps: EndUserSessionsDeps,
  input: {
    readonly actor: Actor;
    readonly id: string;
    readonly caller: Caller;
    /** The Worker that asks, where no person does. */
    readonly worker?: string;
  },
): Promise<Result<void, Failure>> {
  const { actor, id, caller, worker } = input;
  const found = await findManageableUser(deps, actor, "users:end-sessions", id);
  if (!found.ok) return found;
  const now = deps.clock.now();
  const event = { type: "all_sessions_ended", ...(worker && { details: { worker } }) } as const;
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const outcome = await deps.users.endSessions({ actor, target: found.value.account, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  await deps.revocationList.revokeAccount(id, now, deps.settings.accessTokenTtl);
  return ok(undefined);
}
