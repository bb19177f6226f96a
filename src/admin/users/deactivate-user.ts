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

export type DeactivateUserDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly users: {
    deactivate(
      draft: AdminAction & { notice: NewMessage; audit: NewAuditEvent; now: number },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile">;
  };
  readonly revocationList: {
    revokeAccount(accountId: string, timestamp: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly messages: Outbox;
  readonly settings: { readonly accessTokenTtl: number };
};

export type DeactivateUserFailure =
  | FindManageableUserFailure
  | { readonly reason: "last_superuser" | "changed_meanwhile" };

/** Closes somebody's account: every session, link and code dies. Once more, it changes nothing. */
export async function deactivateUser(
  deps: DeactivateUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, DeactivateUserFailure>> {
  const { actor, id, caller } = input;
  const found = await findManageableUser(deps, actor, "users:deactivate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "deactivated") return ok(undefined);
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "account_deactivated" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "account_deactivated" }, caller, actorIdOf(actor));
  const outcome = await deps.users.deactivate({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  // Waited for, as with signing out: other Workers ask only there.
  await deps.revocationList.revokeAccount(id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
