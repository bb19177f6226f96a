import type { Role } from "../../accounts/account.ts";

/** The kinds of second factor that SECOND_FACTORS can allow, in the order in which a sign-in offers them. */
export const SECOND_FACTOR_KINDS = ["totp", "passkey", "email_otp", "sms_otp", "recovery_code"] as const;

export type SecondFactorKind = (typeof SECOND_FACTOR_KINDS)[number];

/** The kinds whose codes the service sends. */
export const SENT_FACTOR_KINDS = ["email_otp", "sms_otp"] as const satisfies SecondFactorKind[];

export type SentFactorKind = (typeof SENT_FACTOR_KINDS)[number];

/**
 * When a sign-in asks for a second factor. `optional`: if the user has enabled one. `new_device`: also on a device
 * that has not signed in before. `required`: always, and a user without a usable one has to enrol it.
 */
export type SecondFactorPolicy = "off" | "optional" | "new_device" | "required";

/** SECOND_FACTOR, SECOND_FACTORS, SECOND_FACTOR_GRACE_DAYS and TRUSTED_DEVICE_DAYS. Durations in milliseconds. */
export type SecondFactorSettings = {
  readonly policies: Readonly<Record<Role, SecondFactorPolicy>>;
  readonly kinds: readonly SecondFactorKind[];
  /** How long a user may sign in without a required factor, from the first sign-in that finds none. */
  readonly gracePeriod: number;
  /** How long a device stays trusted that the user chose to trust. 0: devices cannot be trusted. */
  readonly deviceTrust: number;
};
