import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { typedCode } from "../../core/typed-text.ts";

/** RFC 8628 §6.1: without vowels no code is a word, and without digits none looks like another. */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
const LENGTH = 8;
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** The largest multiple of the alphabet's length in a byte. Bytes from it on would favour some letters. */
const UNBIASED_LIMIT = 256 - (256 % ALPHABET.length);

/** Eight letters, uniformly distributed by rejection sampling: 34 bits. */
export function newUserCode(): string {
  let code = "";
  while (code.length < LENGTH) {
    const [byte = UNBIASED_LIMIT] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < UNBIASED_LIMIT) code += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return code;
}

/** The code that a user has typed, in any case and with any spaces or dashes. Null: no code has this form. */
export function readUserCode(typed: string): string | null {
  const code = typedCode(typed).toUpperCase();
  return CODE.test(code) ? code : null;
}

/** The form in which devices and pages show a code. */
export const formatUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** The stored form. A plain digest of a short code could be reversed. */
export const hashUserCode = (deps: { readonly secrets: SecretRing }, code: string): Promise<string> =>
  keyedHash(deps.secrets.current, "user-code", `code/${code}`);

/** The possible stored forms, while AUTH_SECRET is rotated. */
export const userCodeHashes = (
  { secrets }: { readonly secrets: SecretRing },
  code: string,
): Promise<readonly string[]> =>
  Promise.all(
    [secrets.current, ...secrets.earlier].map((root) => keyedHash(root, "user-code", `code/${code}`)),
  );
