import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../admin/authorization/actor.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type Account, type ProfileChange, type ProfileField, usernameKey } from "./account.ts";
import type { MetadataChange } from "./metadata.ts";
import type { AccountStore } from "./store.ts";

export type UpdateProfileDeps = {
  readonly clock: Clock;
  readonly settings: { readonly requiredProfileFields: readonly ProfileField[] };
  readonly accounts: Pick<AccountStore, "updateProfile">;
};

export type ProfileFailure =
  | { readonly reason: "username_taken" }
  | { readonly reason: "changed_meanwhile" }
  | { readonly reason: "field_required"; readonly fields: readonly ProfileField[] };

type UpdateProfileInput = {
  readonly account: Account;
  /** The user, or an admin who may manage this user. */
  readonly actor: Actor;
  readonly change: ProfileChange & MetadataChange;
  /** The Worker that makes the change over RPC. */
  readonly worker?: string;
  readonly caller: Caller;
};

/** Changes the given fields and returns the whole account. */
export async function updateProfile(
  deps: UpdateProfileDeps,
  input: UpdateProfileInput,
): Promise<Result<Account, ProfileFailure>> {
  const { account, actor, change, caller, worker } = input;
  const cleared = deps.settings.requiredProfileFields.filter((field) => change[field] === null);
  if (cleared.length > 0) return err({ reason: "field_required", fields: cleared });
  const key =
    change.username === undefined ? {} : { usernameKey: change.username && usernameKey(change.username) };
  const fields = Object.keys(change).sort().join(",");
  const details = { fields, ...(worker === undefined ? {} : { worker }) };
  const outcome = await deps.accounts.updateProfile({
    actor,
    target: account,
    change: { ...change, ...key },
    audit: newAuditEvent(deps, { type: "profile_updated", details }, caller, actorIdOf(actor)),
    now: deps.clock.now(),
  });
  return typeof outcome === "string" ? err({ reason: outcome }) : ok(outcome);
}
