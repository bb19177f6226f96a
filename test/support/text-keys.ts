type Tree = { readonly [key: string]: string | Tree | readonly string[] };

/** Every text of a language file, by its key path. */
export const textsByKey = (texts: Tree): ReadonlyMap<string, string> => new Map(flatten(texts, ""));

const flatten = (tree: Tree, path: string): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`, value] as [string, string]]
      : flatten(value as Tree, `${path}${key}.`),
  );

/** The placeholders of a text, which `fill` replaces with values. */
export const placeholdersIn = (text = ""): readonly string[] => (text.match(/\{\w+\}/g) ?? []).sort();
