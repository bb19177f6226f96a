import type { Result } from "../core/result.ts";
import { type CompleteSignInDeps, completeSignIn } from "./complete-sign-in.ts";
import { amrOf } from "./factors.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import { isSecondFactorRequired } from "./rules.ts";
import type { SecondFactorSettings } from "./second-factor/policy.ts";
import type { FactorFacts } from "./second-factor/second-factor.ts";
import { type StartSecondFactorDeps, startSecondFactor } from "./second-factor/start-second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "./sign-in-outcome.ts";

export type CompleteFirstFactorDeps = CompleteSignInDeps &
  StartSecondFactorDeps & { readonly settings: { readonly secondFactor: SecondFactorSettings } };

/**
 * Decides after a verified first factor: a second factor, or a session.
 * `factorFacts`: what the account says about its second factor.
 */
export function completeFirstFactor(
  deps: CompleteFirstFactorDeps,
  firstFactor: FirstFactorResult,
  factorFacts: FactorFacts,
): Promise<Result<SignedIn | SecondFactorRequired, SignInFailure>> {
  const facts = {
    secondFactorEnabled: factorFacts.enabled.some(({ isSecondFactor }) => isSecondFactor),
    deviceIsKnown: firstFactor.device?.hasSignedIn ?? false,
  };
  // Security 54: a mailed code is never the second factor after a mailed code.
  const mayMailCode = !amrOf(firstFactor.grant).includes("otp");
  const hasOtherFactor = factorFacts.enabled.some(({ kind }) => kind !== "email_otp");
  if (!mayMailCode && !hasOtherFactor) return completeSignIn(deps, firstFactor);
  return isSecondFactorRequired(deps.settings.secondFactor.policies[factorFacts.role], facts)
    ? startSecondFactor(deps, firstFactor, factorFacts.enabled)
    : completeSignIn(deps, firstFactor);
}
