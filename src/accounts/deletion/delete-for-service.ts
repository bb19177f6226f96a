import type { Caller } from "../../core/caller.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Account } from "../account.ts";
import {
  type DeletionFailure,
  type StartDeletionDeps,
  type StartedDeletion,
  startDeletion,
} from "./request-deletion.ts";

export type DeleteForServiceDeps = StartDeletionDeps & {
  readonly users: { find(id: string): Promise<{ readonly account: Account } | null> };
};

type DeleteForServiceInput = {
  readonly id: string;
  /** Erases the account now. Otherwise its user can undo the deletion, as if they had requested it. */
  readonly immediately: boolean;
  readonly worker: string;
  readonly caller: Caller;
};

export type DeleteForServiceFailure = DeletionFailure | { readonly reason: "not_found" };

/** A Worker of the team deletes an account, active or not. A pending deletion keeps its date. */
export async function deleteForService(
  deps: DeleteForServiceDeps,
  { id, immediately, worker, caller }: DeleteForServiceInput,
): Promise<Result<StartedDeletion, DeleteForServiceFailure>> {
  const found = await deps.users.find(id);
  if (!found) return err({ reason: "not_found" });
  const { account } = found;
  const delay = immediately ? 0 : deps.settings.accountDeletionDelay;
  if (account.deletionDueAt !== null && delay > 0) return ok({ dueAt: account.deletionDueAt });
  return startDeletion(deps, { account, session: null, worker, delay, caller });
}
