import type { CurrentSession } from "../../sessions/session.ts";
import type { FactorRemovalStore } from "./store.ts";

export type FindOwnFactorRemovalDeps = { readonly factorRemovals: Pick<FactorRemovalStore, "findOf"> };

/** When the factors of the user of a session are removed. Null: no removal is pending. */
export const findOwnFactorRemoval = (
  { factorRemovals }: FindOwnFactorRemovalDeps,
  { session }: { readonly session: Pick<CurrentSession, "account"> },
): Promise<{ readonly dueAt: number } | null> => factorRemovals.findOf(session.account.id);
