import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import type { UserStore } from "./store.ts";

export type EndUserSessionsDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: Pick<UserStore, "endSessions">;
  readonly revocationList: Pick<RevocationList, "revokeAccount">;
  readonly settings: { readonly accessTokenTtl: number };
};

/** `worker`: the name of the Worker that calls over RPC, without a signed-in user. */
type Input = AdminActionInput & { readonly worker?: string };

type Failure = FindManageableUserFailure | { readonly reason: "changed_meanwhile" };

/** Ends all sessions of a user (ASVS 7.4.5). */
export async function endUserSessions(
  deps: EndUserSessionsDeps,
  { actor, id, caller, worker }: Input,
): Promise<Result<void, Failure>> {
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
