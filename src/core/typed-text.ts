/**
 * What users type and paste, read generously: each function returns the text that the strict parser of its kind takes. The
 * API and the pages read by the same functions. Addresses and names from providers, other Workers and the configuration
 * are not typed: an address that only resembles that of a user must not become it.
 */

/** Characters that show nothing, and that pasted text brings along: zero-width ones, the byte order mark, bidi controls. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/gu;

/**
 * Invisible characters that belong to a word: joiners of Persian, Indic scripts and emoji, variation selectors, tags of
 * flags, Mongolian selectors and Hangul fillers.
 */
const PART_OF_WORD = /\u200c|\u200d|\u034f|[\u115f\u1160\u{e0020}-\u{e007f}]|\p{Variation_Selector}/u;

/** Spaces of any width, and the tab. Not line breaks, which no field of one line has. */
const SPACES = /[\p{Zs}\t]+/gu;
const SPACE = /[\p{Zs}\t]/u;

/** In linear time, unlike a pattern that ends with `+$`. */
function withoutSpacesAround(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text.charAt(start))) start += 1;
  while (end > start && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Hyphens and dashes of any length, and the minus sign. */
const DASHES = /[\p{Pd}\u2212]/gu;

/** The digit in ASCII. Unicode lists the digits of each script in runs of ten, from zero (chapter 4.6). */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

/** Full-width letters and digits become ordinary ones, and the digits of every script those of ASCII. */
const plain = (text: string): string =>
  text
    .replace(INVISIBLE, "")
    .normalize("NFKC")
    .replace(/(?![0-9])\p{Nd}/gu, asciiDigit);

/** NFKC makes ordinary digits of superscripts, fractions and numbers in circles, which are no digits of a number. */
const hasOtherNumber = (text: string): boolean => /\p{No}/u.test(text);

/** A code: without spaces and dashes, which mails, apps and users put between its characters. The case stays. */
export const typedCode = (text: string): string =>
  hasOtherNumber(text) ? text : plain(text).replace(SPACES, "").replace(DASHES, "");

/** A whole or decimal number in a field of a form. */
export const typedNumber = (text: string): string =>
  hasOtherNumber(text) ? text : withoutSpacesAround(plain(text));

/** A phone number, also as a `tel:` link (RFC 3966) without parameters. */
export const typedPhoneNumber = (text: string): string =>
  hasOtherNumber(text)
    ? text
    : withoutSpacesAround(plain(text)).replace(/^tel:/i, "").replace(SPACES, " ").replace(DASHES, "-");

/**
 * One address, also in angle brackets or as a `mailto:` link without headers. Its letters stay as they are: full-width
 * ones name another mailbox (security 59).
 */
export function typedAddress(text: string): string {
  const visible = withoutSpacesAround(text.replace(INVISIBLE, ""));
  const [, inside = visible] = /^<([^<>]*)>$/.exec(visible) ?? [];
  return withoutSpacesAround(withoutSpacesAround(inside).replace(/^mailto:/i, ""));
}

/** A username, which has letters and digits of ASCII only. */
export const typedUsername = (text: string): string => withoutSpacesAround(plain(text));

/**
 * A name, a label or another text of one line: composed, with single spaces, and without characters that show nothing or
 * change the direction of what follows. Empty if nothing in it is visible.
 */
export function typedLine(text: string): string {
  const line = text
    .normalize("NFC")
    .replace(INVISIBLE, (character) => (PART_OF_WORD.test(character) ? character : ""))
    // A line separator, and the blank of Braille, which has no dots.
    .replace(/[\u2028\u2029\u2800]/g, " ")
    .replace(SPACES, " ")
    .trim();
  return line.replace(INVISIBLE, "").trim() === "" ? "" : line;
}
