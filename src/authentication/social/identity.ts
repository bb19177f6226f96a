import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Locale } from "../../core/locale.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Bootstrap } from "../../registration/bootstrap-superuser.ts";

/** Who somebody is at a provider: never empty, and never an address (ASVS 6.8.1). */
export type IdentityKey = { readonly provider: string; readonly subject: string };

/** An identity that is about to belong to an account. */
export type NewIdentity = IdentityKey & {
  readonly id: string;
  /** The address that the provider had for it then, for its owner to know it by. */
  readonly email: string | null;
};

/** How a proven identity comes to its account, in the batch that goes on from there. */
export type IdentityAttachment =
  /** It is the account's already. */
  | { readonly kind: "known"; readonly key: IdentityKey }
  | {
      readonly kind: "link" | "take_over" | "create";
      readonly key: NewIdentity;
      /** The address that provider and account agree on, as both have proven it. */
      readonly email: EmailAddress;
      /** For an account that comes to its owner now; null keeps the one that is there. */
      readonly name: string | null;
      /** The language that its owner is written to in. */
      readonly locale: Locale;
      readonly bootstrap: Bootstrap | null;
      readonly notice: NewMessage | null;
      readonly audits: readonly NewAuditEvent[];
    };

/**
 * Whose account it is, as its owner has just shown again (`social/confirm-owner.ts`): what a new way in hangs on.
 * It is good while that session lives, and nothing has made strangers of those who knew the account since.
 */
export type ReauthenticationProof = {
  readonly sessionId: string;
  /** Where the session's refresh token was the proof: the one that it still has to have. */
  readonly generation: number | null;
  /** Instant (ms). */
  readonly at: number;
};

/** Somebody who is sent to a provider. */
export type NewOAuthTransaction = {
  readonly stateHash: string;
  readonly provider: string;
  /** Of the cookie of the browser. */
  readonly bindingHash: string;
  readonly returnTo: string;
  /** S256 of a secret that an app on another origin has to keep until it exchanges its code. */
  readonly codeChallenge: string | null;
  /** Names the root secret under which verifier and nonce were made. */
  readonly rootId: string;
  readonly expiresAt: number;
};

/** The same person, as they come back. */
export type ConsumedOAuthTransaction = Pick<
  NewOAuthTransaction,
  "returnTo" | "codeChallenge" | "rootId" | "expiresAt"
> & {
  /** The session whose account is to have the identity; null signs in. */
  readonly sessionId: string | null;
};

/** A linked sign-in method, as its owner sees it. */
export type LinkedIdentity = {
  readonly provider: string;
  readonly email: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
};
