import type { Role } from "../accounts/account.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { reachOf } from "../roles/permissions.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type SetRoleDeps = ReachDeps & {
  readonly clock: Clock;
  readonly users: {
    setRole(
      draft: Act & { role: Role; notice: MessageDraft; audit: AuditDraft; now: number },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile">;
  };
  readonly denylist: {
    denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly messages: Outbox;
  readonly settings: { readonly accessTokenTtl: number };
};

type Failure = ReachFailure | { readonly reason: "last_superuser" | "changed_meanwhile" };

/**
 * Gives somebody another role, which is none above the giver's own. Their sessions end, since tokens
 * say the old one (security 22). The role that they have already changes nothing.
 */
export async function setRole(
  deps: SetRoleDeps,
  input: { readonly actor: Actor; readonly id: string; readonly role: Role; readonly caller: Caller },
): Promise<Result<void, Failure>> {
  const { actor, id, role, caller } = input;
  const found = await reach(deps, actor, "users:set-role", id);
  if (!found.ok) return found;
  if (actor !== "operator" && !reachOf(actor.role).includes(role)) return err({ reason: "out_of_reach" });
  const { account: target } = found.value;
  if (target.role === role) return ok(undefined);
  const now = deps.clock.now();
  const details = { from: target.role, to: role };
  const audit = draftAuditEvent(deps, { type: "role_changed", details }, caller, actorIdOf(actor));
  const notice = await deps.messages.draft({ kind: "role_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.users.setRole({ actor, target, role, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  await deps.denylist.denyAccount(id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
