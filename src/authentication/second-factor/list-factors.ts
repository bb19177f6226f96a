import type { CurrentSession } from "../../sessions/session.ts";
import { allowedKinds } from "./enrolment-rules.ts";
import type { FactorOverview } from "./factor.ts";
import type { FactorStore } from "./factor-store.ts";
import type { SecondFactorKind, SecondFactorSettings } from "./policy.ts";

export type ListFactorsDeps = {
  readonly factors: Pick<FactorStore, "list">;
  readonly settings: { readonly secondFactor: SecondFactorSettings };
};

export type ListedFactors = FactorOverview & {
  /** The kinds that the user may set up. */
  readonly allowed: readonly SecondFactorKind[];
};

/** The user's own factors. */
export async function listFactors(deps: ListFactorsDeps, session: CurrentSession): Promise<ListedFactors> {
  const overview = await deps.factors.list(session.account.id);
  return { ...overview, allowed: allowedKinds(deps.settings.secondFactor, session) };
}
