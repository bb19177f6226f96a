import type { IdentityDraft } from "../identities/identity.ts";
import { parseEmailAddress } from "../kernel/email-address.ts";
import { newId } from "../kernel/ids.ts";
import type { Profile } from "../social-providers/port.ts";

/**
 * An identity as it is stored, with the address that its provider has verified. One that is claimed or implied is
 * not kept: a reset asks whether the mailbox that it proves vouches for an identity.
 */
export function draftIdentity(provider: string, { subject, email, emailTrust }: Profile): IdentityDraft {
  const parsed = email !== null && emailTrust === "verified" ? parseEmailAddress(email) : null;
  return { id: newId(), provider, subject, email: parsed?.ok ? parsed.value.address : null };
}
