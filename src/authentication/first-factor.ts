import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Amr } from "./amr.ts";
import type { EmailCodeProof } from "./email-code/email-code.ts";
import type { IdentityAttachment } from "./social/identity.ts";

/** `now`: the instant (ms) of the verification. */
type GrantSubject = { readonly accountId: string; readonly now: number };

/** What each method verified, as the batch that opens a session or a second factor checks it again. */
type Proofs = {
  password: {
    /** The hash that the password was verified against. If the account has another one, nothing opens. */
    readonly checkedHash: string;
    /** The password under the current cost and pepper; null if the stored hash has them already. */
    readonly rehash: string | null;
  };
  identity: { readonly attachment: IdentityAttachment };
  passkey: {
    readonly factorId: string;
    /** The WebAuthn challenge that it has signed, and the id of this use of it. */
    readonly challengeId: string;
    readonly claim: string;
    readonly signCount: number;
    readonly amr: readonly Amr[];
    /** The event of a signature counter that did not go up. Null if it did. */
    readonly regression: NewAuditEvent | null;
  };
  email_code: { readonly proof: EmailCodeProof };
};

export type FirstFactorMethod = keyof Proofs;

/** A method of the first factor. `factors.ts` lists them. The SQL of a method is in its `grant-statements.ts`. */
export type FirstFactor<Method extends FirstFactorMethod = FirstFactorMethod> = {
  /** What a verification proves. */
  readonly amr: (grant: FirstFactorGrant<Method>) => readonly Amr[];
  /**
   * Whether each attempt is counted before it is evaluated. Such an attempt has passed the lockout. For any other
   * method the batch checks the lockout (ASVS 6.3.4).
   */
  readonly countsAttempts: boolean;
};

/**
 * A verified first factor. The batch that opens a session or a second factor for it checks that it is
 * still valid.
 */
export type FirstFactorGrant<Method extends FirstFactorMethod = FirstFactorMethod> = {
  [By in Method]: GrantSubject & { readonly by: By; readonly lockoutKey: string } & Proofs[By];
}[Method];
