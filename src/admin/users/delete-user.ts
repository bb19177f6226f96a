import { type AfterErasureDeps, afterErasure } from "../../accounts/deletion/after-erasure.ts";
import { accountLockouts, type LockoutKeyDeps } from "../../authentication/lockout/lockout-keys.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type NewDeliveriesDeps, newDeletionEvents } from "../../event-deliveries/delivery.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import type { UserStore } from "./store.ts";

export type DeleteUserDeps = FindManageableUserDeps &
  LockoutKeyDeps &
  NewDeliveriesDeps &
  AfterErasureDeps & {
    readonly clock: Clock;
    readonly users: Pick<UserStore, "delete">;
  };

export type DeleteUserFailure =
  | FindManageableUserFailure
  | { readonly reason: "still_active" | "changed_meanwhile" };

/**
 * Deletes an account that is deactivated, or whose deletion is pending, with its sessions, email tokens, codes, messages
 * and avatar. Its audit events stay. They hold the account's id and no name, address or IP address.
 */
export async function deleteUser(
  deps: DeleteUserDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, DeleteUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:delete", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "active" && target.deletionDueAt === null) return err({ reason: "still_active" });
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "account_deleted" }, caller, actorIdOf(actor));
  const lockoutKeys = await accountLockouts(deps, target);
  const events = await newDeletionEvents(deps, { accountId: id, eventId: audit.id });
  const outcome = await deps.users.delete({ actor, target, lockoutKeys, events, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  afterErasure(deps, id);
  return ok(undefined);
}
