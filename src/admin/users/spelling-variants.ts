// The index has letters without accents, so "müller" and "muller" are one word there. Unicode does not decompose these
// letters, so the index keeps them, and users without such a keyboard type the letters before the arrow.
const TYPED_AS: readonly (readonly [typed: string, indexed: string])[] = [
  ["l", "ł"],
  ["o", "ø"],
  ["d", "đ"],
  ["d", "ð"],
  ["i", "ı"],
  ["ss", "ß"],
  // The digraphs of an umlaut, whose letter is indexed without its dots, and of a ring.
  ["ae", "a"],
  ["oe", "o"],
  ["ue", "u"],
  ["aa", "a"],
  ["ae", "æ"],
  ["oe", "ø"],
  ["oe", "œ"],
  ["th", "þ"],
  ["th", "ð"],
  ["h", "ħ"],
  ["t", "ŧ"],
  ["n", "ŋ"],
];

/** The letter as typed, and how a name without it is written. */
const WRITTEN_AS: readonly (readonly [typed: string, indexed: string])[] = [
  ["ł", "l"],
  ["ø", "o"],
  ["ø", "oe"],
  ["đ", "d"],
  ["ð", "d"],
  ["ð", "th"],
  ["ı", "i"],
  ["ß", "ss"],
  ["ä", "ae"],
  ["ö", "oe"],
  ["ü", "ue"],
  ["å", "aa"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["þ", "th"],
  ["ħ", "h"],
  ["ŧ", "t"],
  ["ŋ", "n"],
];

const RULES = [...TYPED_AS, ...WRITTEN_AS];

/**
 * At most `max` spellings of a typed word, that word first: each rule applied everywhere, then at one place, then two rules
 * everywhere. Rarer mixtures are not found (docs/decisions/047-letters-in-searches.md).
 */
export function spellingVariants(word: string, max: number): string[] {
  const lower = word.toLowerCase();
  const rules = RULES.filter(([typed]) => lower.includes(typed));
  const variants = new Set([word]);
  for (const variant of generate(lower, rules)) {
    if (variants.size >= max) break;
    variants.add(variant);
  }
  return [...variants];
}

function* generate(word: string, rules: typeof RULES): Generator<string> {
  for (const [typed, indexed] of rules) yield word.replaceAll(typed, indexed);
  for (const [typed, indexed] of rules) {
    for (let at = word.indexOf(typed); at >= 0; at = word.indexOf(typed, at + 1)) {
      yield word.slice(0, at) + indexed + word.slice(at + typed.length);
    }
  }
  for (const [typed, indexed] of rules) {
    const once = word.replaceAll(typed, indexed);
    for (const [other, replacement] of rules) {
      if (other !== typed) yield once.replaceAll(other, replacement);
    }
  }
}
