import type { Result } from "../kernel/result.ts";
import { type CompleteSignInDeps, completeSignIn } from "./complete-sign-in.ts";
import { type OpenSecondStepDeps, openSecondStep } from "./open-second-step.ts";
import type { SecondStepDue, SignedIn, SignInFailure } from "./outcome.ts";
import type { ProvenPerson } from "./proven.ts";
import { isSecondStepDue, type SecondStepPolicy } from "./rules.ts";

export type GoOnDeps = CompleteSignInDeps &
  OpenSecondStepDeps & { readonly settings: { readonly loginOtp: SecondStepPolicy } };

/** After a right first step: in, or on to the second. `chosen`: the person's own wish for one. */
export function goOn(
  deps: GoOnDeps,
  person: ProvenPerson,
  chosen: boolean,
): Promise<Result<SignedIn | SecondStepDue, SignInFailure>> {
  const facts = { chosen, deviceIsKnown: person.device !== null };
  return isSecondStepDue(deps.settings.loginOtp, facts)
    ? openSecondStep(deps, person)
    : completeSignIn(deps, person);
}
