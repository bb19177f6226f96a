import type { Amr } from "./amr.ts";
import { emailCodeFactor } from "./email-code/email-code-factor.ts";
import type { FirstFactor, FirstFactorGrant, FirstFactorMethod } from "./first-factor.ts";
import { passkeyFactor } from "./passkeys/passkey-factor.ts";
import { passkeyFirstFactor } from "./passkeys/passkey-first-factor.ts";
import { passwordFactor } from "./password/password-factor.ts";
import { emailOtpFactor } from "./second-factor/email-otp/email-otp-factor.ts";
import { recoveryCodeFactor } from "./second-factor/recovery-codes/recovery-code-factor.ts";
import type { SecondFactor } from "./second-factor/second-factor.ts";
import { smsOtpFactor } from "./second-factor/sms-otp/sms-otp-factor.ts";
import { totpFactor } from "./second-factor/totp/totp-factor.ts";
import { identityFactor } from "./social/identity-factor.ts";

/** The methods of the first factor. A method without an entry does not compile. */
const FIRST_FACTORS: { readonly [Method in FirstFactorMethod]: FirstFactor<Method> } = {
  password: passwordFactor,
  identity: identityFactor,
  passkey: passkeyFirstFactor,
  email_code: emailCodeFactor,
};

/** The methods of the second factor. `second-factor/rules.ts` decides which of them a sign-in offers. */
export const SECOND_FACTORS: readonly SecondFactor[] = [
  totpFactor,
  passkeyFactor,
  emailOtpFactor,
  smsOtpFactor,
  recoveryCodeFactor,
];

export const amrOf = <By extends FirstFactorMethod>(grant: FirstFactorGrant<By>): readonly Amr[] =>
  FIRST_FACTORS[grant.by].amr(grant);

export const countsAttempts = ({ by }: FirstFactorGrant): boolean => FIRST_FACTORS[by].countsAttempts;
