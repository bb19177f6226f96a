import type { Result } from "../../core/result.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import { type ProviderLogin, type ResolveAccountDeps, resolveAccount } from "./resolve-account.ts";
import type { SocialFailure } from "./social-failure.ts";

type Entrance<T> = (person: FirstFactorResult, chosen: boolean) => Promise<Result<T, SocialFailure>>;

/** Meets somebody and lets them in by that entrance. */
export const signInWithProvider = <T>(
  deps: ResolveAccountDeps,
  providerLogin: ProviderLogin,
  enter: Entrance<T>,
): Promise<Result<T, SocialFailure>> =>
  retryOnConflict(async () => {
    const met = await resolveAccount(deps, providerLogin);
    if (!met.ok) return met;
    const { person, chosen, notice } = met.value;
    const entered = await enter(person, chosen);
    if (entered.ok && notice) deps.messages.deliverSoon([notice]);
    return entered;
  });
