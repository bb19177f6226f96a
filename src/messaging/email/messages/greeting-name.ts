// Line breaks of every kind, and the marks that turn the direction of text around.
const UNSEEN = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

// What mail programs turn into a link by themselves. A dot before a single letter is left alone, for
// people who sign as "J.R.".
const LOOKS_LIKE_LINK = /:\/\/|www\.|\.[\p{L}\p{M}]{2}/iu;
// Browsers take it for a dot in a domain (UTS #46); the full-width forms fold to it or to a dot.
const IDEOGRAPHIC_STOP = /\u3002/gu;

/**
 * The name to greet with, or null. A sign-up can be made for anybody's address under any name, so
 * a name that would become a link in their mail is left out.
 */
export function greetingName(recipientName: string | null): string | null {
  const name = (recipientName ?? "").replace(UNSEEN, " ").replace(/ {2,}/g, " ").trim();
  // Read as a browser would read a domain: without invisible characters, and with one kind of dot.
  const asRead = name
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(IDEOGRAPHIC_STOP, ".");
  return name === "" || LOOKS_LIKE_LINK.test(asRead) ? null : name;
}
