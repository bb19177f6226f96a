import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import type { UserStore } from "./store.ts";

export type ActivateUserDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: Pick<UserStore, "activate">;
  readonly messages: Outbox;
};

export type ActivateUserFailure = FindManageableUserFailure | { readonly reason: "changed_meanwhile" };

/** Reactivates a deactivated account. Earlier sessions stay ended. An active account stays unchanged. */
export async function activateUser(
  deps: ActivateUserDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, ActivateUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:activate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "active") return ok(undefined);
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "account_activated" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "account_activated" }, caller, actorIdOf(actor));
  const outcome = await deps.users.activate({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
