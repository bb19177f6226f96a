import type { Result } from "../core/result.ts";
import { type CompleteSignInDeps, completeSignIn } from "./complete-sign-in.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import { isSecondFactorRequired, type SecondFactorPolicy } from "./rules.ts";
import { type StartSecondFactorDeps, startSecondFactor } from "./second-factor/start-second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "./sign-in-outcome.ts";

export type CompleteFirstFactorDeps = CompleteSignInDeps &
  StartSecondFactorDeps & { readonly settings: { readonly loginOtp: SecondFactorPolicy } };

/** After a right first step: in, or on to the second. `chosen`: the person's own wish for one. */
export function completeFirstFactor(
  deps: CompleteFirstFactorDeps,
  person: FirstFactorResult,
  chosen: boolean,
): Promise<Result<SignedIn | SecondFactorRequired, SignInFailure>> {
  const facts = { chosen, deviceIsKnown: person.device !== null };
  return isSecondFactorRequired(deps.settings.loginOtp, facts)
    ? startSecondFactor(deps, person)
    : completeSignIn(deps, person);
}
