import type { Caller } from "../../core/caller.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, type Result } from "../../core/result.ts";
import {
  type CancelFactorRemovalDeps,
  type CancelFactorRemovalFailure,
  cancelFactorRemoval,
} from "./cancel-factor-removal.ts";
import { readCancellation } from "./cancellation-token.ts";

/** The link of the notice cancels the removal, without a sign-in and without the lost factor. */
export async function cancelFactorRemovalByLink(
  deps: CancelFactorRemovalDeps & { readonly secrets: SecretRing },
  { token, caller }: { readonly token: string; readonly caller: Caller },
): Promise<Result<void, CancelFactorRemovalFailure>> {
  const removalId = await readCancellation(deps, token);
  if (removalId === null) return err({ reason: "not_pending" });
  return cancelFactorRemoval(deps, { removal: { removalId }, by: "link", actorId: null, caller });
}
