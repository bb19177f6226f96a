import type { Caller } from "../../core/caller.ts";
import type { Result } from "../../core/result.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import {
  type CancelFactorRemovalDeps,
  type CancelFactorRemovalFailure,
  cancelFactorRemoval,
} from "./cancel-factor-removal.ts";

/** The user of a session cancels the removal of their factors, without the lost one. */
export const cancelOwnFactorRemoval = (
  deps: CancelFactorRemovalDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<void, CancelFactorRemovalFailure>> => {
  const accountId = session.account.id;
  return cancelFactorRemoval(deps, { removal: { accountId }, by: "session", actorId: accountId, caller });
};
