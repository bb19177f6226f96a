import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { readCancellation } from "./cancellation-token.ts";
import type { FactorRemovalStore } from "./store.ts";

export type FindFactorRemovalByLinkDeps = {
  readonly secrets: SecretRing;
  readonly factorRemovals: Pick<FactorRemovalStore, "find">;
};

/** The removal that a mailed link can cancel: when it is due, and of which account. Null: none is pending. */
export async function findFactorRemovalByLink(
  deps: FindFactorRemovalByLinkDeps,
  { token }: { readonly token: string },
): Promise<{ readonly dueAt: number; readonly account: string } | null> {
  const removalId = await readCancellation(deps, token);
  return removalId === null ? null : deps.factorRemovals.find(removalId);
}
