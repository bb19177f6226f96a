import { isCleanText } from "../../../core/text.ts";
import type { EmailTrust, Profile } from "./provider.ts";
import { Refused } from "./provider-fetch.ts";

/** Characters (OpenID Connect Core 1.0 §2: a subject has 255 at most). */
const MAX_SUBJECT_LENGTH = 255;

type Said = {
  readonly subject: unknown;
  readonly email: unknown;
  readonly emailTrust: EmailTrust;
  readonly name: unknown;
};

/** A profile as it was said, if it names anybody: without a subject there is no identity (ASVS 6.8.1). */
export function profileOf({ subject, email, emailTrust, name }: Said): Profile {
  if (typeof subject !== "string" || subject.trim() === "" || subject.length > MAX_SUBJECT_LENGTH)
    throw new Refused();
  if (!isCleanText(subject)) throw new Refused();
  const address = textOf(email);
  return {
    subject,
    email: address,
    emailTrust: address === null ? "unverified" : emailTrust,
    name: textOf(name),
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The same person, under their issuer's name: it has no fragment, so the two cannot be read in another way. */
export const ofIssuer = (issuer: string, profile: Profile): Profile => ({
  ...profile,
  subject: `${issuer}#${profile.subject}`,
});
