import type { EnabledFactor, StoredFactor } from "./second-factor.ts";

/** A factor as its user sees it. Instants in milliseconds. */
export type FactorSummary = Pick<EnabledFactor, "id" | "isSecondFactor"> &
  Pick<StoredFactor, "isSynced"> & {
    readonly kind: FactorKind;
    readonly label: string | null;
    readonly createdAt: number;
    readonly lastUsedAt: number | null;
  };

/** The kinds that have rows. */
export type FactorKind = "totp" | "passkey" | "email_otp" | "sms_otp";

/** Authenticators of one account. */
export const MAX_AUTHENTICATORS = 10;

/** What an account has for its second factor. */
export type FactorOverview = {
  readonly factors: readonly FactorSummary[];
  readonly recoveryCodesLeft: number;
  readonly hasPassword: boolean;
  /** When the factors are removed, if an admin has requested it; else null. */
  readonly factorRemovalDueAt: number | null;
};
