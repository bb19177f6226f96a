import { describe, expect, it } from "vitest";
import de from "../../../public/pages/words/de.json";
import en from "../../../public/pages/words/en.json";
import { placeholdersIn, textsByKey } from "../../support/text-keys.ts";

const english = textsByKey(en);
const german = textsByKey(de);

describe("the UI texts", () => {
  it("UI texts have the same keys and the same placeholders in every language", () => {
    expect([...german.keys()]).toEqual([...english.keys()]);
    for (const [path, sentence] of english)
      expect(placeholdersIn(german.get(path)), path).toEqual(placeholdersIn(sentence));
  });

  it("UI texts are complete and translated", () => {
    for (const [path, sentence] of german) {
      expect(sentence.trim(), path).not.toBe("");
      const isSentence = sentence.split(" ").length > 2;
      if (isSentence) expect(sentence, path).not.toBe(english.get(path));
    }
  });
});
