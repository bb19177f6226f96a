import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type EmailAddress, parseEmailAddress } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import type { Locale } from "../../core/locale.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { ClientLimit } from "../../rate-limit/client-limits.ts";
import type { Bootstrap } from "../../registration/bootstrap-superuser.ts";
import type { ForeignAccessRemoval } from "../../registration/foreign-access.ts";
import type { Profile, SingleUseIdToken } from "./providers/provider.ts";

/** Identifies a user at a provider. The subject is never empty and never an email address (ASVS 6.8.1). */
export type IdentityKey = { readonly provider: string; readonly subject: string };

/** An identity that a batch is about to link to an account. */
export type NewIdentity = IdentityKey & {
  readonly id: string;
  /** The address that the provider had verified at that time; shown to the account's owner. */
  readonly email: string | null;
  /** The provider's refresh token, sealed; null if it gave none that can be revoked. */
  readonly sealedRefreshToken: string | null;
};

/** One use of an ID token. `claim` is unique; the first use of the token stores it. */
export type IdTokenUse = SingleUseIdToken & { readonly claim: string };

/** How the batch of a sign-in attaches a verified identity to its account. */
export type IdentityAttachment = {
  /** The ID token that an application presented; null for an access token and the code flow. */
  readonly idToken: IdTokenUse | null;
} /** The identity is linked to the account already. */ & (
  | {
      readonly kind: "existing";
      readonly key: IdentityKey;
      /** Replaces the stored token. Null: it stays. */
      readonly sealedRefreshToken: string | null;
    }
  | {
      readonly kind: "link" | "claim" | "take_over" | "create";
      readonly key: NewIdentity;
      /** The address that the provider has verified and the account has. */
      readonly email: EmailAddress;
      /** The provider only implies the address of the new account. */
      readonly isImplied: boolean;
      /** The name of a new or taken-over account. Null: the local part of the address, or for `link` no change. */
      readonly name: string | null;
      /** The language of a new or taken-over account's messages. */
      readonly locale: Locale;
      readonly bootstrap: Bootstrap | null;
      readonly notice: NewMessage | null;
      readonly audits: readonly NewAuditEvent[];
      /** For `create`: the exact limits of the client. Empty for the other kinds. */
      readonly clientLimits: readonly ClientLimit[];
      /** For `claim`: the audit events of what the batch removes. */
      readonly removal: ForeignAccessRemoval;
    }
);

/** A linked identity as the account's owner sees it. */
export type LinkedIdentity = {
  readonly provider: string;
  readonly email: string | null;
  /** Instants (ms). */
  readonly createdAt: number;
  readonly lastUsedAt: number;
};

/**
 * The row of a new identity. It keeps the address only if the provider has verified it: a password reset removes the
 * identities whose stored address differs from the account's.
 */
export function newIdentity(
  provider: string,
  { subject, email, emailTrust }: Profile,
  sealedRefreshToken: string | null,
): NewIdentity {
  const parsed = email !== null && emailTrust === "verified" ? parseEmailAddress(email) : null;
  const address = parsed?.ok ? parsed.value.address : null;
  return { id: newId(), provider, subject, email: address, sealedRefreshToken };
}
