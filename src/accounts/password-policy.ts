import { utf8Length } from "../core/text.ts";

/**
 * Code points (ASVS 6.2.1): the least value of PASSWORD_MIN_LENGTH, and its default. 15 are recommended; there are no
 * composition rules (ASVS 6.2.5).
 */
export const MIN_PASSWORD_LENGTH = 8;

/** Code points that are recommended: 15 (NIST SP 800-63B-4 §3.1.1.2), or somewhat more than a higher minimum. */
export const advisedLength = (minLength: number): number => Math.max(15, minLength + 5);

/** Bytes. A longer password is refused before hashing. */
export const MAX_PASSWORD_BYTES = 1024;

/** The account's data that an attacker would try first as a password (ASVS 6.2.11). */
export type PasswordContext = {
  readonly email: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
};

/** How the deployment presents itself: words that an attacker would try first as well (ASVS 6.1.2). */
export type ServiceNames = { readonly appName: string; readonly publicUrl: string };

export type PasswordProblem =
  | "too_short"
  | "too_long"
  | "common"
  | "about_the_account"
  | "about_the_service"
  | "breached";

/** A list in lower case (ASVS 6.2.4). */
type CommonPasswords = Pick<ReadonlySet<string>, "has">;

type PasswordRules = {
  readonly commonPasswords: CommonPasswords;
  /** PASSWORD_MIN_LENGTH. */
  readonly minLength: number;
};

/** The rules that need no external service. They apply to the NFC form, which is also hashed. */
export function judgePassword(
  password: string,
  context: PasswordContext,
  service: ServiceNames,
  { commonPasswords, minLength }: PasswordRules,
): PasswordProblem | null {
  const normalized = password.normalize("NFC");
  if (utf8Length(password) > MAX_PASSWORD_BYTES) return "too_long";
  if ([...normalized].length < minLength) return "too_short";
  const folded = normalized.toLowerCase();
  if (commonPasswords.has(folded)) return "common";
  if (isOneOf(folded, accountWords(context))) return "about_the_account";
  return isOneOf(folded, serviceWords(service)) ? "about_the_service" : null;
}

// A password is refused if it is one of the words with at most this many other characters.
const MAX_EXTRA_CHARACTERS = 3;
const MIN_WORD_LENGTH = 4;

function accountWords({ email, name, lastName, username }: PasswordContext) {
  const [localPart = ""] = email.split("@");
  const fullName = `${name} ${lastName ?? ""}`;
  return [email, localPart, name, lastName, username, fullName, fullName.replaceAll(" ", "")];
}

/** The name, and the host with each of its labels. */
function serviceWords({ appName, publicUrl }: ServiceNames) {
  const { hostname } = new URL(publicUrl);
  return [appName, appName.replaceAll(" ", ""), hostname, ...hostname.split(".")];
}

const isOneOf = (folded: string, words: readonly (string | null)[]): boolean =>
  words
    .map((word) => (word ?? "").normalize("NFC").trim().toLowerCase())
    .filter((word) => word.length >= MIN_WORD_LENGTH)
    .some((word) => folded.includes(word) && folded.length - word.length <= MAX_EXTRA_CHARACTERS);
