/** More words than a name and an address have; further ones would only narrow the search. */
const MAX_WORDS = 16;
/** No field has a longer word. */
const MAX_LENGTH = 64;

// What unicode61 takes for accents; typed before their letter was joined with them, or after.
const ACCENTS = /[\u0300-\u0331]/gu;
// What it takes for the end of a word: all but letters and digits, and a few letters that came after its tables.
const BETWEEN_WORDS = /[^\p{L}\p{N}]|[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]/u;

/**
 * An FTS5 query of which everything must match: each word of `search` as the beginning of a word, and each of
 * `facets`, a role or a status, whole. Null when the search has no word, so that nobody can match it.
 *
 * Words are letters and digits alone, in quotes, so that nothing that a person types is FTS5's syntax.
 */
export function matchExpression(search: string | undefined, facets: readonly string[]): string | null {
  const words = wordsOf(search ?? "");
  if (search !== undefined && words.length === 0) return null;
  return [...words.map((word) => `"${word}"*`), ...facets.map((facet) => `"\uE000${facet}"`)].join(" ");
}

function wordsOf(search: string): string[] {
  const words = search
    .normalize("NFC")
    .replace(ACCENTS, "")
    .split(BETWEEN_WORDS)
    .filter((word) => word !== "")
    .map((word) => [...word].slice(0, MAX_LENGTH).join(""));
  return [...new Set(words)].slice(0, MAX_WORDS);
}
