import type { Result } from "../core/result.ts";
import { type CompleteSignInDeps, completeSignIn } from "./complete-sign-in.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import { isSecondFactorRequired, type SecondFactorPolicy } from "./rules.ts";
import type { EnabledFactor } from "./second-factor/second-factor.ts";
import { type StartSecondFactorDeps, startSecondFactor } from "./second-factor/start-second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "./sign-in-outcome.ts";

export type CompleteFirstFactorDeps = CompleteSignInDeps &
  StartSecondFactorDeps & { readonly settings: { readonly loginOtp: SecondFactorPolicy } };

/**
 * Decides after a verified first factor: a second factor, or a session.
 * `enabledFactors`: the second factors that the user has enabled, read together with the account.
 */
export function completeFirstFactor(
  deps: CompleteFirstFactorDeps,
  firstFactor: FirstFactorResult,
  enabledFactors: readonly EnabledFactor[],
): Promise<Result<SignedIn | SecondFactorRequired, SignInFailure>> {
  const facts = {
    secondFactorEnabled: enabledFactors.length > 0,
    deviceIsKnown: firstFactor.device?.hasSignedIn ?? false,
  };
  return isSecondFactorRequired(deps.settings.loginOtp, facts)
    ? startSecondFactor(deps, firstFactor, enabledFactors)
    : completeSignIn(deps, firstFactor);
}
