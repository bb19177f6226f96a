import type { Result } from "../core/result.ts";
import { type CompleteSignInDeps, completeSignIn } from "./complete-sign-in.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import { isSecondFactorRequired, type SecondFactorPolicy } from "./rules.ts";
import { type StartSecondFactorDeps, startSecondFactor } from "./second-factor/start-second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "./sign-in-outcome.ts";

export type CompleteFirstFactorDeps = CompleteSignInDeps &
  StartSecondFactorDeps & { readonly settings: { readonly loginOtp: SecondFactorPolicy } };

/**
 * Decides after a verified first factor: a second factor, or a session.
 * `secondFactorEnabled`: the user has switched the second factor on for this account.
 */
export function completeFirstFactor(
  deps: CompleteFirstFactorDeps,
  firstFactor: FirstFactorResult,
  secondFactorEnabled: boolean,
): Promise<Result<SignedIn | SecondFactorRequired, SignInFailure>> {
  const facts = { secondFactorEnabled, deviceIsKnown: firstFactor.device !== null };
  return isSecondFactorRequired(deps.settings.loginOtp, facts)
    ? startSecondFactor(deps, firstFactor)
    : completeSignIn(deps, firstFactor);
}
