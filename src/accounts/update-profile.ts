import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { Clock } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type Account, type ProfileChange, type ProfileField, usernameKey } from "./account.ts";

export type UpdateProfileDeps = {
  readonly clock: Clock;
  readonly settings: { readonly requiredProfileFields: readonly ProfileField[] };
  readonly accounts: {
    updateProfile(update: {
      accountId: string;
      change: ProfileChange & { usernameKey?: string | null };
      audit: AuditDraft;
      now: number;
    }): Promise<Account | "username_taken">;
  };
};

export type ProfileFailure =
  | { readonly reason: "username_taken" }
  | { readonly reason: "field_required"; readonly fields: readonly ProfileField[] };

/** Changes what was given and leaves the rest; the whole account comes back. */
export async function updateProfile(
  deps: UpdateProfileDeps,
  input: { readonly accountId: string; readonly change: ProfileChange; readonly caller: Caller },
): Promise<Result<Account, ProfileFailure>> {
  const { accountId, change, caller } = input;
  const cleared = deps.settings.requiredProfileFields.filter((field) => change[field] === null);
  if (cleared.length > 0) return err({ reason: "field_required", fields: cleared });
  const key =
    change.username === undefined ? {} : { usernameKey: change.username && usernameKey(change.username) };
  const fields = Object.keys(change).sort().join(",");
  const outcome = await deps.accounts.updateProfile({
    accountId,
    change: { ...change, ...key },
    audit: draftAuditEvent(deps, { type: "profile_updated", details: { fields } }, caller, accountId),
    now: deps.clock.now(),
  });
  return outcome === "username_taken" ? err({ reason: "username_taken" }) : ok(outcome);
}
