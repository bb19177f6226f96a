import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { actorIdOf } from "../../admin/authorization/actor.ts";
import type { AdminActionInput } from "../../admin/authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../../admin/authorization/find-manageable-user.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { readCancellation } from "./cancellation-token.ts";
import type { CancelledRemoval, FactorRemovalStore } from "./store.ts";

export type CancelFactorRemovalDeps = {
  readonly clock: Clock;
  readonly factorRemovals: Pick<FactorRemovalStore, "cancel">;
  readonly messages: Outbox;
};

/** `not_pending`: it was cancelled before, or has happened. */
export type CancelFactorRemovalFailure = { readonly reason: "not_pending" };

/** The user of a session cancels the removal of their factors. */
export const cancelOwnFactorRemoval = (
  deps: CancelFactorRemovalDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<void, CancelFactorRemovalFailure>> => {
  const accountId = session.account.id;
  return cancel(deps, { removal: { accountId }, by: "session", actorId: accountId, caller });
};

/** The link of the notice cancels the removal, without a sign-in and without the lost factor. */
export async function cancelFactorRemovalByLink(
  deps: CancelFactorRemovalDeps & { readonly secrets: SecretRing },
  { token, caller }: { readonly token: string; readonly caller: Caller },
): Promise<Result<void, CancelFactorRemovalFailure>> {
  const removalId = await readCancellation(deps, token);
  if (removalId === null) return err({ reason: "not_pending" });
  return cancel(deps, { removal: { removalId }, by: "link", actorId: null, caller });
}

/** An admin cancels the removal. */
export async function cancelUserFactorRemoval(
  deps: CancelFactorRemovalDeps & FindManageableUserDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, CancelFactorRemovalFailure | FindManageableUserFailure>> {
  const found = await findManageableUser(deps, actor, "users:remove-factors", id);
  if (!found.ok) return found;
  return cancel(deps, { removal: { accountId: id }, by: "admin", actorId: actorIdOf(actor), caller });
}

type Cancellation = {
  readonly removal: CancelledRemoval;
  readonly by: "link" | "session" | "admin";
  readonly actorId: string | null;
  readonly caller: Caller;
};

async function cancel(
  deps: CancelFactorRemovalDeps,
  { removal, by, actorId, caller }: Cancellation,
): Promise<Result<void, CancelFactorRemovalFailure>> {
  const now = deps.clock.now();
  const event = { type: "factor_removal_cancelled", details: { by } } as const;
  const notice = await deps.messages.create({ kind: "factor_removal_cancelled" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, event, caller, actorId);
  const isCancelled = await deps.factorRemovals.cancel({ removal, audit, notice, now });
  if (!isCancelled) return err({ reason: "not_pending" });
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
