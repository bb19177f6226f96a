type Tree = { readonly [key: string]: string | Tree | readonly string[] };

/** Every sentence of a language's file by its path. */
export const sentencesOf = (words: Tree): ReadonlyMap<string, string> => new Map(flat(words, ""));

const flat = (tree: Tree, path: string): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`, value] as [string, string]]
      : flat(value as Tree, `${path}${key}.`),
  );

/** The places of a sentence that `fill` puts values in. */
export const placesIn = (sentence = ""): readonly string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();
