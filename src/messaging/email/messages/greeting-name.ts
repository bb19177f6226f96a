// Line breaks of every kind, and the marks that change the direction of text.
const INVISIBLE = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

// Text that mail programs turn into a link. A dot before a single letter is allowed, for names such as "J.R.".
const LOOKS_LIKE_LINK = /:\/\/|www\.|\.[\p{L}\p{M}]{2}/iu;
// UTS #46: browsers treat it as a dot in a domain. NFKC folds the full-width forms to it or to a dot.
const IDEOGRAPHIC_STOP = /\u3002/gu;

/**
 * The name for the greeting, or null. Anyone can register any address under any name, so a name that a mail
 * program would turn into a link is left out.
 */
export function greetingName(recipientName: string | null): string | null {
  const name = (recipientName ?? "").replace(INVISIBLE, " ").replace(/ {2,}/g, " ").trim();
  // As a browser reads a domain: without invisible characters, and with one kind of dot.
  const asDomain = name
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(IDEOGRAPHIC_STOP, ".");
  return name === "" || LOOKS_LIKE_LINK.test(asDomain) ? null : name;
}
