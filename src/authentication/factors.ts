import type { Amr } from "./amr.ts";
import type { FirstFactor, FirstFactorGrant, FirstFactorMethod } from "./first-factor.ts";
import { passwordFactor } from "./password/password-factor.ts";
import { emailOtpFactor } from "./second-factor/email-otp/email-otp-factor.ts";
import { recoveryCodeFactor } from "./second-factor/recovery-codes/recovery-code-factor.ts";
import type { SecondFactor } from "./second-factor/second-factor.ts";
import { smsOtpFactor } from "./second-factor/sms-otp/sms-otp-factor.ts";
import { totpFactor } from "./second-factor/totp/totp-factor.ts";
import { identityFactor } from "./social/identity-factor.ts";

/** The methods of the first factor. A method without an entry does not compile. */
const FIRST_FACTORS = {
  password: passwordFactor,
  identity: identityFactor,
} satisfies Record<FirstFactorMethod, FirstFactor>;

/** The methods of the second factor. `second-factor/rules.ts` decides which of them a sign-in offers. */
export const SECOND_FACTORS: readonly SecondFactor[] = [
  totpFactor,
  emailOtpFactor,
  smsOtpFactor,
  recoveryCodeFactor,
];

export const amrOf = ({ by }: FirstFactorGrant): readonly Amr[] => FIRST_FACTORS[by].amr;

export const countsAttempts = ({ by }: FirstFactorGrant): boolean => FIRST_FACTORS[by].countsAttempts;
