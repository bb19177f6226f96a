import type { Role } from "../../accounts/account.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import { manageableRoles } from "../authorization/permissions.ts";
import type { UserStore } from "./store.ts";

export type SetRoleDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: Pick<UserStore, "setRole">;
  readonly revocationList: Pick<RevocationList, "revokeAccount">;
  readonly messages: Outbox;
  readonly settings: { readonly accessTokenTtl: number };
};

type Input = AdminActionInput & { readonly role: Role };

export type SetRoleFailure =
  | FindManageableUserFailure
  | {
      readonly reason: "last_superuser" | "not_verified" | "changed_meanwhile";
    };

/**
 * Gives a user another role, at most the actor's own. The user's sessions end, since their access tokens
 * claim the old role (security 22). The same role changes nothing. Only a user with a verified address can get a role
 * above `user`.
 */
export async function setRole(
  deps: SetRoleDeps,
  { actor, id, role, caller }: Input,
): Promise<Result<void, SetRoleFailure>> {
  const found = await findManageableUser(deps, actor, "users:set-role", id);
  if (!found.ok) return found;
  if (!manageableRoles(actor).includes(role)) return err({ reason: "not_manageable" });
  const { account: target } = found.value;
  if (target.role === role) return ok(undefined);
  // The password of an unproven registration is that of the registrant, who need not own the mailbox.
  if (role !== "user" && target.emailVerifiedAt === null) return err({ reason: "not_verified" });
  const now = deps.clock.now();
  const details = { from: target.role, to: role };
  const audit = newAuditEvent(deps, { type: "role_changed", details }, caller, actorIdOf(actor));
  const notice = await deps.messages.create({ kind: "role_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.users.setRole({ actor, target, role, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  await deps.revocationList.revokeAccount(id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
