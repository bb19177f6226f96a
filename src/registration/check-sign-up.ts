import type { EmailAddress } from "../core/email-address.ts";
import {
  type DisposableDomains,
  type SignUpRefusal,
  type SignUpRules,
  signUpRefusal,
} from "./sign-up-rules.ts";

export type CheckSignUpDeps = {
  readonly settings: SignUpRules;
  /** The list of disposable domains. Throws `Unavailable`. */
  readonly disposableDomains: () => Promise<DisposableDomains>;
};

const NONE: DisposableDomains = new Set();

/** Why no account may be created for an address (`signUpRefusal`), or null. Every method that creates accounts asks it. */
export async function checkSignUp(
  { settings, disposableDomains }: CheckSignUpDeps,
  email: EmailAddress,
): Promise<SignUpRefusal | null> {
  const list = settings.signUp.refusesDisposable ? await disposableDomains() : NONE;
  return signUpRefusal(settings, email, list);
}

export const maySignUp = async (deps: CheckSignUpDeps, email: EmailAddress): Promise<boolean> =>
  (await checkSignUp(deps, email)) === null;
