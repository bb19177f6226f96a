import type { Amr } from "./amr.ts";
import { emailCodeFactor } from "./email-code/email-code-factor.ts";
import type { FirstFactor, FirstFactorGrant, FirstFactorMethod } from "./first-factor.ts";
import { passwordFactor } from "./password/password-factor.ts";
import { emailOtpFactor } from "./second-factor/email-otp/email-otp-factor.ts";
import type { SecondFactor } from "./second-factor/second-factor.ts";
import { identityFactor } from "./social/identity-factor.ts";

/** The methods of the first factor. A method without an entry does not compile. */
const FIRST_FACTORS = {
  password: passwordFactor,
  identity: identityFactor,
  email_code: emailCodeFactor,
} satisfies Record<FirstFactorMethod, FirstFactor>;

/** The methods of the second factor. A sign-in asks for the first one that the user has enabled. */
export const SECOND_FACTORS: readonly SecondFactor[] = [emailOtpFactor];

export const amrOf = ({ by }: FirstFactorGrant): readonly Amr[] => FIRST_FACTORS[by].amr;

export const countsAttempts = ({ by }: FirstFactorGrant): boolean => FIRST_FACTORS[by].countsAttempts;
