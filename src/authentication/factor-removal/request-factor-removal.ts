import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { actorIdOf } from "../../admin/authorization/actor.ts";
import type { AdminActionInput } from "../../admin/authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../../admin/authorization/find-manageable-user.ts";
import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { CANCELLATION_PAGE, signCancellation } from "./cancellation-token.ts";
import type { FactorRemovalStore } from "./store.ts";

export type RequestFactorRemovalDeps = FindManageableUserDeps & {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly factorRemovals: Pick<FactorRemovalStore, "request">;
  readonly messages: Outbox;
  readonly settings: {
    readonly factorRemovalDelay: number;
    readonly publicUrl: string;
    readonly canText: boolean;
  };
};

export type RequestFactorRemovalFailure =
  | FindManageableUserFailure
  | { readonly reason: "deactivated" | "removal_pending" | "no_factors" | "changed_meanwhile" };

/**
 * Requests the removal of all factors of a user who has lost theirs. It happens after a waiting period, within which the
 * user can cancel it (security 52, NIST SP 800-63B-4 §4.2.2). Those of a superuser are removed by the command line only.
 */
export async function requestFactorRemoval(
  deps: RequestFactorRemovalDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<{ readonly dueAt: number }, RequestFactorRemovalFailure>> {
  const found = await findManageableUser(deps, actor, "users:remove-factors", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.role === "superuser" && actor.kind !== "operator") return err({ reason: "not_manageable" });
  if (target.status === "deactivated") return err({ reason: "deactivated" });
  const now = deps.clock.now();
  const dueAt = now + deps.settings.factorRemovalDelay;
  const removalId = newId();
  const token = await signCancellation(deps, removalId);
  const url = `${deps.settings.publicUrl}${CANCELLATION_PAGE}?token=${token}`;
  const mail = await deps.messages.create({ kind: "factor_removal_requested", url }, { expiresAt: dueAt });
  const canText = deps.settings.canText && target.phone !== null && target.phoneVerifiedAt !== null;
  const text = canText
    ? [
        await deps.messages.create(
          { kind: "factor_removal_text" },
          { expiresAt: dueAt, to: target.phone ?? "" },
        ),
      ]
    : [];
  const notices = [mail, ...text];
  const details = { dueAt: new Date(dueAt).toISOString() };
  const audit = newAuditEvent(deps, { type: "factor_removal_requested", details }, caller, actorIdOf(actor));
  const requestedBy = actorIdOf(actor);
  const outcome = await deps.factorRemovals.request({
    actor,
    target,
    audit,
    removalId,
    requestedBy,
    dueAt,
    notices,
    now,
  });
  if (outcome !== "done") return err({ reason: outcome === "pending" ? "removal_pending" : outcome });
  deps.messages.deliverSoon(notices.map((notice) => notice.id));
  return ok({ dueAt });
}
