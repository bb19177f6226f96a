import { parseEmailAddress } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import type { NewIdentity } from "./identity.ts";
import type { Profile } from "./providers/provider.ts";

/**
 * An identity as it is stored, with the address that its provider has verified. One that is claimed or implied is
 * not kept: a reset asks whether the mailbox that it proves vouches for an identity.
 */
export function newIdentity(provider: string, { subject, email, emailTrust }: Profile): NewIdentity {
  const parsed = email !== null && emailTrust === "verified" ? parseEmailAddress(email) : null;
  return { id: newId(), provider, subject, email: parsed?.ok ? parsed.value.address : null };
}
