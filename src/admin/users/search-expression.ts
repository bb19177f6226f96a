import { spellingVariants } from "./spelling-variants.ts";

/** Names and addresses have fewer words. More words would only narrow the search. */
const MAX_WORDS = 16;
/** No indexed field has a longer word. */
const MAX_WORD_LENGTH = 64;
/** Spellings that one search looks up. Each costs a lookup in the index. */
const MAX_VARIANTS = 128;
const MAX_VARIANTS_OF_WORD = 32;

// The characters that FTS5's tokenizer unicode61 removes as accents. Input may have them precomposed or decomposed.
const ACCENTS = /[\u0300-\u0331]/gu;
// unicode61's word separators: everything but letters and digits, and a few letters newer than its tables.
const SEPARATOR = /[^\p{L}\p{N}]|[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]/u;

/**
 * An FTS5 query in which all terms must match: each word of `search` as a prefix in one of its spellings, each of `facets`
 * (a role or a status) as a whole word. Null if `search` has no word, so that nothing can match.
 *
 * Words contain only letters and digits and are quoted, so that user input is never FTS5 syntax.
 */
export function matchExpression(search: string | undefined, facets: readonly string[]): string | null {
  const words = wordsOf(search ?? "");
  if (search !== undefined && words.length === 0) return null;
  const max = Math.min(MAX_VARIANTS_OF_WORD, Math.floor(MAX_VARIANTS / words.length));
  return [...words.map((word) => anySpelling(word, max)), ...facets.map((facet) => `"\uE000${facet}"`)].join(
    " AND ",
  );
}

const anySpelling = (word: string, max: number): string =>
  `(${spellingVariants(word, max)
    .map((variant) => `"${variant}"*`)
    .join(" OR ")})`;

function wordsOf(search: string): string[] {
  const words = search
    .normalize("NFC")
    .replace(ACCENTS, "")
    .split(SEPARATOR)
    .filter((word) => word !== "")
    .map((word) => [...word].slice(0, MAX_WORD_LENGTH).join(""));
  return [...new Set(words)].slice(0, MAX_WORDS);
}
