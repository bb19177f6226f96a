import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../admin/authorization/admin-action.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type Account, type ProfileChange, type ProfileField, usernameKey } from "./account.ts";

export type UpdateProfileDeps = {
  readonly clock: Clock;
  readonly settings: { readonly requiredProfileFields: readonly ProfileField[] };
  readonly accounts: {
    updateProfile(
      update: AdminAction & {
        change: ProfileChange & { usernameKey?: string | null };
        audit: NewAuditEvent;
        now: number;
      },
    ): Promise<Account | "username_taken" | "changed_meanwhile">;
  };
};

export type ProfileFailure =
  | { readonly reason: "username_taken" }
  | { readonly reason: "changed_meanwhile" }
  | { readonly reason: "field_required"; readonly fields: readonly ProfileField[] };

type Update = {
  readonly account: Account;
  /** The person themselves, or whoever may do this to them. */
  readonly actor: Actor;
  readonly change: ProfileChange;
  readonly caller: Caller;
};

/** Changes what was given and leaves the rest; the whole account comes back. */
export async function updateProfile(
  deps: UpdateProfileDeps,
  input: Update,
): Promise<Result<Account, ProfileFailure>> {
  const { account, actor, change, caller } = input;
  const cleared = deps.settings.requiredProfileFields.filter((field) => change[field] === null);
  if (cleared.length > 0) return err({ reason: "field_required", fields: cleared });
  const key =
    change.username === undefined ? {} : { usernameKey: change.username && usernameKey(change.username) };
  const fields = Object.keys(change).sort().join(",");
  const outcome = await deps.accounts.updateProfile({
    actor,
    target: account,
    change: { ...change, ...key },
    audit: newAuditEvent(deps, { type: "profile_updated", details: { fields } }, caller, actorIdOf(actor)),
    now: deps.clock.now(),
  });
  return typeof outcome === "string" ? err({ reason: outcome }) : ok(outcome);
}
