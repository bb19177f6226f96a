import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type DeactivateUserDeps = ReachDeps & {
  readonly clock: Clock;
  readonly users: {
    deactivate(
      draft: Act & { notice: MessageDraft; audit: AuditDraft; now: number },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile">;
  };
  readonly denylist: {
    denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly messages: Outbox;
  readonly settings: { readonly accessTokenTtl: number };
};

export type DeactivateUserFailure =
  | ReachFailure
  | { readonly reason: "last_superuser" | "changed_meanwhile" };

/** Closes somebody's account: every session, link and code dies. Once more, it changes nothing. */
export async function deactivateUser(
  deps: DeactivateUserDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, DeactivateUserFailure>> {
  const { actor, id, caller } = input;
  const found = await reach(deps, actor, "users:deactivate", id);
  if (!found.ok) return found;
  const { account: target } = found.value;
  if (target.status === "deactivated") return ok(undefined);
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "account_deactivated" }, { expiresAt: now + DAY });
  const audit = draftAuditEvent(deps, { type: "account_deactivated" }, caller, actorIdOf(actor));
  const outcome = await deps.users.deactivate({ actor, target, notice, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  // Waited for, as with signing out: other Workers ask only there.
  await deps.denylist.denyAccount(id, now, deps.settings.accessTokenTtl);
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
