import { isCleanText } from "../../../core/text.ts";
import type { EmailTrust, Profile } from "./provider.ts";
import { Refused } from "./provider-fetch.ts";

/** Characters (OpenID Connect Core 1.0 §2: a subject has 255 at most). */
const MAX_SUBJECT_LENGTH = 255;

type Claims = {
  readonly subject: unknown;
  readonly email: unknown;
  readonly emailTrust: EmailTrust;
  readonly name: unknown;
};

/** Validates a provider's claims. Throws `Refused` without a valid subject (ASVS 6.8.1). */
export function parseProfile({ subject, email, emailTrust, name }: Claims): Profile {
  if (typeof subject !== "string" || subject.trim() === "" || subject.length > MAX_SUBJECT_LENGTH)
    throw new Refused();
  if (!isCleanText(subject)) throw new Refused();
  const address = textOrNull(email);
  return {
    subject,
    email: address,
    emailTrust: address === null ? "unverified" : emailTrust,
    name: textOrNull(name),
  };
}

const textOrNull = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : null;

/** Prefixes the subject with its issuer. An issuer has no fragment, so the `#` is unambiguous. */
export const withIssuer = (issuer: string, profile: Profile): Profile => ({
  ...profile,
  subject: `${issuer}#${profile.subject}`,
});
