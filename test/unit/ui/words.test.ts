import { describe, expect, it } from "vitest";
import de from "../../../public/pages/words/de.json";
import en from "../../../public/pages/words/en.json";
import { placesIn, sentencesOf } from "../../support/ui-sentences.ts";

const english = sentencesOf(en);
const german = sentencesOf(de);

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
});
