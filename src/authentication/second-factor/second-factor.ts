import type { Account } from "../../accounts/account.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { Amr } from "../amr.ts";

/** A second factor that the user has enabled. It is read together with the account. */
export type EnabledFactor = { readonly id: string; readonly kind: string };

/** A factor of the account, of the kind that a challenge asks for. `secret` is sealed. */
export type StoredFactor = {
  readonly id: string;
  readonly secret: string | null;
  readonly publicKey: string | null;
};

export type SecondFactorDeps = {
  readonly secrets: SecretRing;
  readonly messages: Pick<Outbox, "create">;
};

/** What a challenge stores and sends. */
export type BegunChallenge = {
  /** The keyed hash of a code that the service created. Empty if it creates none. */
  readonly codeHash: string;
  /** The message that carries the code. Null if nothing is sent. */
  readonly mail: NewMessage | null;
};

/** A challenge whose attempt has been counted. */
export type ChallengeToVerify = {
  readonly id: string;
  readonly codeHash: string;
  readonly account: Account;
  readonly factors: readonly StoredFactor[];
};

/**
 * What a verification used, beside its challenge and attempt. The batch that opens the session requires and consumes
 * it. A kind with single-use state of its own, such as a TOTP time step, adds a member here and its statements to
 * `statements.ts`.
 */
export type Verified = {
  /** The factor that verified the answer, which must still exist. Null for a kind that depends on no row. */
  readonly factorId: string | null;
};

/**
 * A method of the second factor. One folder has the method, and `authentication/factors.ts` lists it. The answer is
 * verified in code, after its attempt was counted.
 */
export type SecondFactor = {
  readonly kind: string;
  /** What a verification proves. */
  readonly amr: readonly Amr[];
  /** The message of the response that asks for this factor. */
  readonly prompt: string;
  /** Whether an account with these enabled factors can use it. */
  readonly isAvailable: (enabled: readonly EnabledFactor[]) => boolean;
  readonly begin: (
    deps: SecondFactorDeps,
    challenge: { readonly id: string; readonly expiresAt: number },
  ) => Promise<BegunChallenge>;
  /** Null if the answer is wrong. */
  readonly verify: (
    deps: SecondFactorDeps,
    challenge: ChallengeToVerify,
    answer: string,
  ) => Promise<Verified | null>;
};
