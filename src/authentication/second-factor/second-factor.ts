import type { Account, Role } from "../../accounts/account.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { Amr } from "../amr.ts";
import type { SecondFactorKind } from "./policy.ts";

/** A factor of the account. It is read together with the account. */
export type EnabledFactor = {
  readonly id: string;
  readonly kind: string;
  /** Whether a sign-in asks for it after the first factor. */
  readonly isSecondFactor: boolean;
};

/** What an account says about its second factor. It is read together with the account. Instants in milliseconds. */
export type FactorFacts = {
  readonly role: Role;
  readonly enabled: readonly EnabledFactor[];
  readonly hasRecoveryCodes: boolean;
  /** The number that a code can be texted to. Null if it is not verified. */
  readonly verifiedPhone: string | null;
  /** Until when the presented device needs no second factor; null if it does, or if it is not known. */
  readonly trustedUntil: number | null;
  /** The last password reset by mail, until a sign-in with a stronger second factor than the mailed code. */
  readonly resetByMailAt: number | null;
  /** When a required second factor must be enrolled; null before the first sign-in that finds none. */
  readonly enrolmentDueAt: number | null;
};

/** Those of an account that the sign-in creates. */
export const NEW_ACCOUNT_FACTS: FactorFacts = {
  role: "user",
  enabled: [],
  hasRecoveryCodes: false,
  verifiedPhone: null,
  trustedUntil: null,
  resetByMailAt: null,
  enrolmentDueAt: null,
};

/** A factor of the account, with what its verification needs. `secret` is sealed. */
export type StoredFactor = {
  readonly id: string;
  readonly kind: string;
  readonly secret: string | null;
  readonly publicKey: string | null;
  readonly lastStep: number | null;
  readonly credentialId: string | null;
  readonly signCount: number | null;
  readonly isSynced: boolean | null;
};

/** What the verification of an answer may depend on, read after the attempt was counted. */
export type FactorState = {
  readonly factors: readonly StoredFactor[];
  /** The recovery codes that have not been used. */
  readonly recoveryCodes: readonly { readonly id: string; readonly codeHash: string }[];
  /** The open WebAuthn challenges of what the answer is for. */
  readonly webauthnChallenges: readonly { readonly id: string; readonly challenge: string }[];
};

export type SecondFactorDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly messages: Pick<Outbox, "create">;
  readonly reportAlarm: (name: string, details: object) => void;
  readonly settings: { readonly passkeys: { readonly rpId: string; readonly origins: readonly string[] } };
};

/** What a challenge stores and sends. */
export type BegunChallenge = {
  /** The keyed hash of a code that the service created. Empty if it creates none. */
  readonly codeHash: string;
  /** The message that carries the code, by mail or SMS. Null if nothing is sent. */
  readonly mail: NewMessage | null;
};

/** A challenge whose attempt has been counted. */
export type ChallengeToVerify = FactorState & {
  readonly id: string;
  readonly codeHash: string;
  readonly account: Account;
};

/** The answer to a challenge: a code, or the assertion of a passkey as the browser returned it (JSON). */
export type SecondFactorAnswer =
  | { readonly by: "code"; readonly code: string }
  | { readonly by: "assertion"; readonly assertion: unknown };

/** The single-use state that a verification used. The batch that depends on it requires and consumes it. */
export type Consumption =
  /** `resealed`: the secret under the current root secret, if an earlier one had sealed it. */
  | {
      readonly of: "totp";
      readonly factorId: string;
      readonly step: number;
      readonly resealed?: string | undefined;
    }
  /** `notice`: the mail that reports the use to the owner. */
  | { readonly of: "recovery_code"; readonly codeId: string; readonly notice?: NewMessage }
  | {
      readonly of: "passkey";
      readonly factorId: string;
      readonly challengeId: string;
      readonly signCount: number;
      /** The event of a signature counter that did not go up, which is reported. Null if it did. */
      readonly regression: NewAuditEvent | null;
    };

/** A verified answer. Challenge and attempt are consumed as well. */
export type Verified = {
  /** The factor that verified the answer, which must still exist. Null for a kind that depends on no row. */
  readonly factorId: string | null;
  /** What the verification proves. */
  readonly amr: readonly Amr[];
  /** Null for a kind without single-use state of its own. */
  readonly consumes: Consumption | null;
};

/** Sends the notice that the batch of a verified answer has queued, if there is one. */
export function deliverNoticeOf(
  { messages }: { readonly messages: Pick<Outbox, "deliverSoon"> },
  { consumes }: Verified,
): void {
  if (consumes?.of === "recovery_code" && consumes.notice) messages.deliverSoon([consumes.notice.id]);
}

/**
 * A method of the second factor. One folder has the method, and `authentication/factors.ts` lists it. The answer is
 * verified in code, after its attempt was counted.
 */
export type SecondFactor = {
  readonly kind: SecondFactorKind;
  /** The message of the response that asks for this factor. */
  readonly prompt: string;
  /** Whether it needs no setup, so that a policy can require it of every account with a verified address. */
  readonly needsNoSetup: boolean;
  readonly begin: (
    deps: SecondFactorDeps,
    challenge: {
      readonly id: string;
      readonly expiresAt: number;
      /** The verified number of the account. */
      readonly phone: string | null;
    },
  ) => Promise<BegunChallenge>;
  /** Null if the answer is wrong. */
  readonly verify: (
    deps: SecondFactorDeps,
    challenge: ChallengeToVerify,
    answer: SecondFactorAnswer,
  ) => Promise<Verified | null>;
};
