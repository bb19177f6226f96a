import { utf8Length } from "../core/text.ts";

/** Code points (ASVS 6.2.1). Fifteen are advised, and nothing but length is asked (ASVS 6.2.5). */
export const MIN_PASSWORD_LENGTH = 8;

/** Bytes: more is refused before any hashing. */
export const MAX_PASSWORD_BYTES = 1024;

/** What the account itself tells an attacker to try first (ASVS 6.2.11). */
export type PasswordContext = {
  readonly email: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
};

export type PasswordProblem = "too_short" | "too_long" | "common" | "about_the_account" | "breached";

/** Whether a password is on a list, which is in lower case (ASVS 6.2.4). */
type CommonPasswords = Pick<ReadonlySet<string>, "has">;

/** The rules that need nobody else's word. NFC, as it will be hashed. */
export function judgePassword(
  password: string,
  context: PasswordContext,
  commonPasswords: CommonPasswords,
): PasswordProblem | null {
  const normal = password.normalize("NFC");
  if (utf8Length(password) > MAX_PASSWORD_BYTES) return "too_long";
  if ([...normal].length < MIN_PASSWORD_LENGTH) return "too_short";
  const folded = normal.toLowerCase();
  if (commonPasswords.has(folded)) return "common";
  return isAboutTheAccount(folded, context) ? "about_the_account" : null;
}

// A word of the account with up to so many characters around it is still that word.
const PADDING = 3;
const SHORTEST_WORD = 4;

function isAboutTheAccount(folded: string, context: PasswordContext): boolean {
  const [localPart = ""] = context.email.split("@");
  const { email, name, lastName, username } = context;
  const wholeName = `${name} ${lastName ?? ""}`;
  const words = [email, localPart, name, lastName, username, wholeName, wholeName.replaceAll(" ", "")]
    .map((word) => (word ?? "").normalize("NFC").trim().toLowerCase())
    .filter((word) => word.length >= SHORTEST_WORD);
  return words.some((word) => folded.includes(word) && folded.length - word.length <= PADDING);
}
