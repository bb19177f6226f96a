import { includesPasskey } from "../amr.ts";
import {
  SECOND_FACTOR_KINDS,
  type SecondFactorKind,
  type SecondFactorPolicy,
  type SecondFactorSettings,
} from "./policy.ts";
import type { FactorFacts } from "./second-factor.ts";

/** The kinds that a default is taken from, the strongest first. */
const STRONGEST_FIRST = ["totp", "passkey", "sms_otp", "email_otp"] as const satisfies SecondFactorKind[];

/** The kinds that prove more than access to the mailbox, which a password reset proves as well. */
const STRONGER_THAN_MAIL: readonly SecondFactorKind[] = ["totp", "passkey", "sms_otp"];

/** The kinds whose use shows that a password reset by mail was the user's. */
const ENDS_RESET_BY_MAIL: readonly string[] = [...STRONGER_THAN_MAIL, "recovery_code"];

export type OfferFacts = {
  readonly account: FactorFacts;
  /** The kinds that this deployment verifies (`usableKinds`). */
  readonly kinds: readonly SecondFactorKind[];
  /** What the first factor proved (RFC 8176). */
  readonly firstFactor: readonly string[];
};

/** The factors that a challenge accepts. At least one. */
export type FactorOffer = {
  readonly factors: readonly SecondFactorKind[];
  readonly defaultFactor: SecondFactorKind;
};

const isEnabled = ({ enabled }: FactorFacts, kind: SecondFactorKind): boolean =>
  enabled.some((factor) => factor.kind === kind && factor.isSecondFactor);

const has = ({ enabled }: FactorFacts, kind: SecondFactorKind): boolean =>
  enabled.some((factor) => factor.kind === kind);

/** Whether the user has enabled a factor that is stronger than the mailed code, and can use it. */
const hasStrongerFactor = (facts: OfferFacts): boolean =>
  STRONGER_THAN_MAIL.some((kind) => isEnabled(facts.account, kind) && isUsable(facts, kind));

/**
 * Whether a mailed code is a second factor. It is none after a code that was mailed, nor beside a stronger factor that its
 * user has not added it to, nor after a password reset, which has proved the mailbox only.
 */
const mayMailCode = (facts: OfferFacts): boolean => {
  // `otp` as first factor is the mailed code.
  if (facts.firstFactor.includes("otp")) return false;
  if (!hasStrongerFactor(facts)) return true;
  return facts.account.resetByMailAt === null && isEnabled(facts.account, "email_otp");
};

function isUsable(facts: OfferFacts, kind: SecondFactorKind): boolean {
  const { account, kinds, firstFactor } = facts;
  if (!kinds.includes(kind)) return false;
  switch (kind) {
    case "totp":
      return has(account, kind);
    case "passkey":
      // One authenticator is not two factors.
      return has(account, kind) && !includesPasskey(firstFactor);
    case "sms_otp":
      return has(account, kind) && account.verifiedPhone !== null;
    case "email_otp":
      return mayMailCode(facts);
    case "recovery_code":
      return account.hasRecoveryCodes && account.enabled.some(({ isSecondFactor }) => isSecondFactor);
  }
}

/**
 * Which factors a challenge accepts, in the order of `SECOND_FACTOR_KINDS`, and which one it asks for: the strongest that
 * the user has enabled, or else the one that needs no setup. A recovery code is never asked for. Null: no factor is usable.
 */
export function offerFactors(facts: OfferFacts): FactorOffer | null {
  const factors = SECOND_FACTOR_KINDS.filter((kind) => isUsable(facts, kind));
  const usable = STRONGEST_FIRST.filter((kind) => factors.includes(kind));
  const defaultFactor =
    usable.find((kind) => isEnabled(facts.account, kind)) ??
    // A passkey that its user registered as a first factor only comes last.
    usable.findLast((kind) => kind !== "passkey") ??
    usable[0];
  return defaultFactor === undefined ? null : { factors, defaultFactor };
}

export type SignInFacts = OfferFacts & {
  readonly policy: SecondFactorPolicy;
  /** Whether the device has completed a sign-in before. */
  readonly isKnownDevice: boolean;
  readonly settings: Pick<SecondFactorSettings, "gracePeriod" | "deviceTrust">;
  readonly now: number;
};

/**
 * Whether the user has chosen that this device needs no second factor. A reset by mail, which forgets all devices, suspends
 * that choice as long as it asks for a stronger factor.
 */
const isTrustedDevice = (facts: SignInFacts): boolean => {
  const { account, isKnownDevice, settings, now } = facts;
  if (!isKnownDevice || settings.deviceTrust === 0) return false;
  if (account.resetByMailAt !== null && hasStrongerFactor(facts)) return false;
  return account.trustedUntil !== null && account.trustedUntil > now;
};

/** Whether the trust in the device spares the sign-in a second factor that the user has set up. */
export const isSpared = (facts: SignInFacts): boolean =>
  hasSecondFactor(facts.account) && !facts.firstFactor.includes("mfa") && isTrustedDevice(facts);

export const hasSecondFactor = ({ enabled }: Pick<FactorFacts, "enabled">): boolean =>
  enabled.some(({ isSecondFactor }) => isSecondFactor);

/** Whether the policy asks for a second factor, on a device that is not trusted. */
export const isAskedFor = (
  policy: SecondFactorPolicy,
  facts: { readonly hasSecondFactor: boolean; readonly isKnownDevice: boolean },
): boolean => {
  switch (policy) {
    case "off":
      return false;
    case "optional":
      return facts.hasSecondFactor;
    case "new_device":
      return facts.hasSecondFactor || !facts.isKnownDevice;
    case "required":
      return true;
  }
};

/** Whether a sign-in needs a second factor. */
export const isDue = (facts: SignInFacts): boolean =>
  !facts.firstFactor.includes("mfa") &&
  !isTrustedDevice(facts) &&
  isAskedFor(facts.policy, {
    hasSecondFactor: hasSecondFactor(facts.account),
    isKnownDevice: facts.isKnownDevice,
  });

/** What follows a verified first factor. */
export type SecondFactorDecision =
  | { readonly kind: "not_due" }
  | { readonly kind: "challenge"; readonly offer: FactorOffer }
  /** The policy asks for a factor that the user has to enrol, until `dueAt`. */
  | { readonly kind: "enrolment"; readonly dueAt: number; readonly isOverdue: boolean };

/** Decides what follows a verified first factor. */
export function decideSecondFactor(facts: SignInFacts): SecondFactorDecision {
  if (!isDue(facts)) return { kind: "not_due" };
  const offer = offerFactors(facts);
  if (offer !== null) return { kind: "challenge", offer };
  // The deployment does not verify what the user has enabled, and asks for nothing of its own.
  if (facts.policy === "optional") return { kind: "not_due" };
  const dueAt = facts.account.enrolmentDueAt ?? facts.now + facts.settings.gracePeriod;
  return { kind: "enrolment", dueAt, isOverdue: dueAt <= facts.now };
}

/** Whether a completed sign-in with that factor shows that a password reset by mail was the user's. */
export const endsResetByMail = (kind: string): boolean => ENDS_RESET_BY_MAIL.includes(kind);

/** The kinds that SECOND_FACTORS allows and this release verifies. */
export const usableKinds = (
  settings: Pick<SecondFactorSettings, "kinds">,
  factors: readonly { readonly kind: string }[],
): readonly SecondFactorKind[] =>
  settings.kinds.filter((kind) => factors.some((factor) => factor.kind === kind));

/** Until when a device is trusted that the user chooses to trust now. Null: devices cannot be trusted. */
export const trustUntil = (
  { deviceTrust }: Pick<SecondFactorSettings, "deviceTrust">,
  now: number,
): number | null => (deviceTrust > 0 ? now + deviceTrust : null);
