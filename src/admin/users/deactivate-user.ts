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
import type { UserStore } from "./store.ts";

export type DeactivateUserDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: Pick<UserStore, "deactivate">;
  readonly revocationList: Pick<RevocationList, "revokeAccount">;
  readonly messages: Outbox;
  readonly settings: { readonly accessTokenTtl: number };
};

export type DeactivateUserFailure =
  | FindManageableUserFailure
  | { readonly reason: "last_superuser" | "changed_meanwhile" };

/**
 * Deactivates an account: its sessions end, its email tokens and codes become invalid. A deactivated
 * account stays unchanged.
 */
export async function deactivateUser(
  deps: DeactivateUserDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, DeactivateUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:deactivate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "deactivated") return ok(undefined);
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "account_deactivated" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "account_deactivated" }, caller, actorIdOf(actor));
  const outcome = await deps.users.deactivate({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  // Awaited, as at sign-out: other Workers may read only the revocation list.
  await deps.revocationList.revokeAccount(id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
