import type { Result } from "../core/result.ts";
import { type CompleteSignInDeps, completeSignIn } from "./complete-sign-in.ts";
import { amrOf } from "./factors.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import type { SecondFactorSettings } from "./second-factor/policy.ts";
import { decideSecondFactor, isSpared, usableKinds } from "./second-factor/rules.ts";
import type { FactorFacts } from "./second-factor/second-factor.ts";
import { type StartSecondFactorDeps, startSecondFactor } from "./second-factor/start-second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "./sign-in-outcome.ts";

export type CompleteFirstFactorDeps = CompleteSignInDeps &
  StartSecondFactorDeps & { readonly settings: { readonly secondFactor: SecondFactorSettings } };

/**
 * Decides after a verified first factor: a second factor, or a session, which may be good for enrolling one only.
 * `factorFacts`: what the account says about its second factor.
 */
export function completeFirstFactor(
  deps: CompleteFirstFactorDeps,
  firstFactor: FirstFactorResult,
  factorFacts: FactorFacts,
): Promise<Result<SignedIn | SecondFactorRequired, SignInFailure>> {
  const settings = deps.settings.secondFactor;
  const facts = {
    account: factorFacts,
    kinds: usableKinds(settings, deps.secondFactors),
    firstFactor: amrOf(firstFactor.grant),
    policy: settings.policies[factorFacts.role],
    isKnownDevice: firstFactor.device?.hasSignedIn ?? false,
    settings,
    now: deps.clock.now(),
  };
  const decision = decideSecondFactor(facts);
  switch (decision.kind) {
    case "not_due":
      return completeSignIn(deps, firstFactor, { isSpared: isSpared(facts) });
    case "challenge":
      return startSecondFactor(deps, firstFactor, { ...decision.offer, phone: factorFacts.verifiedPhone });
    case "enrolment":
      return completeSignIn(deps, firstFactor, { enrolment: decision });
  }
}
