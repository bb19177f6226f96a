import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type EndUserSessionsDeps = ReachDeps & {
  readonly clock: Clock;
  readonly users: {
    endSessions(draft: Act & { audit: AuditDraft; now: number }): Promise<"done" | "changed_meanwhile">;
  };
  readonly denylist: {
    denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly settings: { readonly accessTokenTtl: number };
};

type Failure = ReachFailure | { readonly reason: "changed_meanwhile" };

/** Signs somebody out everywhere (ASVS 7.4.5). */
export async function endUserSessions(
  deps: EndUserSessionsDeps,
  input: {
    readonly actor: Actor;
    readonly id: string;
    readonly caller: Caller;
    /** The Worker that asks, where no person does. */
    readonly worker?: string;
  },
): Promise<Result<void, Failure>> {
  const { actor, id, caller, worker } = input;
  const found = await reach(deps, actor, "users:end-sessions", id);
  if (!found.ok) return found;
  const now = deps.clock.now();
  const event = { type: "all_sessions_ended", ...(worker && { details: { worker } }) } as const;
  const audit = draftAuditEvent(deps, event, caller, actorIdOf(actor));
  const outcome = await deps.users.endSessions({ actor, target: found.value.account, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  await deps.denylist.denyAccount(id, now, deps.settings.accessTokenTtl);
  return ok(undefined);
}
