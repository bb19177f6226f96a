import type { Role } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type NewAuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import { manageableRoles } from "../authorization/permissions.ts";

export type SetRoleDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: {
    setRole(
      draft: AdminAction & { role: Role; notice: NewMessage; audit: NewAuditEvent; now: number },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile">;
  };
  readonly revocationList: {
    revokeAccount(accountId: string, timestamp: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly messages: Outbox;
  readonly settings: { readonly accessTokenTtl: number };
};

type Failure = FindManageableUserFailure | { readonly reason: "last_superuser" | "changed_meanwhile" };

/**
 * Gives somebody another role, which is none above the giver's own. Their sessions end, since tokens
 * say the old one (security 22). The role that they have already changes nothing.
 */
export async function setRole(
  deps: SetRoleDeps,
  input: { readonly actor: Actor; readonly id: string; readonly role: Role; readonly caller: Caller },
): Promise<Result<void, Failure>> {
  const { actor, id, role, caller } = input;
  const found = await findManageableUser(deps, actor, "users:set-role", id);
  if (!found.ok) return found;
  if (actor !== "operator" && !manageableRoles(actor.role).includes(role))
    return err({ reason: "not_manageable" });
  const { account: target } = found.value;
  if (target.role === role) return ok(undefined);
  const now = deps.clock.now();
  const details = { from: target.role, to: role };
  const audit = newAuditEvent(deps, { type: "role_changed", details }, caller, actorIdOf(actor));
  const notice = await deps.messages.draft({ kind: "role_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.users.setRole({ actor, target, role, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  await deps.revocationList.revokeAccount(id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
