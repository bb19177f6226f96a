import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fill } from "../../../src/pages/messages/catalogue.ts";

type Tree = { readonly [key: string]: string | Tree };

const wordsIn = (locale: string) =>
  JSON.parse(readFileSync(`public/pages/words/${locale}.json`, "utf8")) as Tree;

/** Every sentence by its path. */
const flat = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[`${path}${key}`, value] as [string, string]]
      : flat(value, `${path}${key}.`),
  );

const english = new Map(flat(wordsIn("en")));
const german = new Map(flat(wordsIn("de")));
const placesIn = (sentence = "") => (sentence.match(/\{\w+\}/g) ?? []).sort();

describe("the words of the pages", () => {
  it("are the same sentences in every language, with the same places to fill", () => {
    expect([...german.keys()]).toEqual([...english.keys()]);
    for (const [path, sentence] of english)
      expect(placesIn(german.get(path)), path).toEqual(placesIn(sentence));
  });

  it("are all there, and translated", () => {
    for (const [path, sentence] of german) {
      expect(sentence.trim(), path).not.toBe("");
      const isSentence = sentence.split(" ").length > 2;
      if (isSentence) expect(sentence, path).not.toBe(english.get(path));
    }
  });

  it("are filled with what is given as it is, once, and keep what is not", () => {
    expect(fill("To {address}, {name}", { address: "{name}", name: "Ada" })).toBe("To {name}, Ada");
    expect(fill("in {s} s", {})).toBe("in {s} s");
  });
});
