import type { Account } from "../accounts/account.ts";
import { ok, type Result } from "../kernel/result.ts";
import type { Actor } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

/** One of those whom that person may see. */
export async function readUser(
  deps: ReachDeps,
  input: { readonly actor: Actor; readonly id: string },
): Promise<Result<Account, ReachFailure>> {
  const found = await reach(deps, input.actor, "users:read", input.id);
  return found.ok ? ok(found.value.account) : found;
}
