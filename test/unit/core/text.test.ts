import { describe, expect, it } from "vitest";
import { fill, hasControlCharacter, isCleanText, oneLine, utf8Length } from "../../../src/core/text.ts";

describe("isCleanText", () => {
  it.each([
    "",
    "plain",
    "caf\u00e9",
    "cafe\u0301",
    "\u{1f511}",
    "two\r\nlines",
    "\u0001",
    "\uffff",
    "\ufffd",
  ])("accepts %j as clean text", (text) => {
    expect(isCleanText(text)).toBe(true);
  });

  it.each([
    ["NUL alone", "\0"],
    ["NUL inside", "a\0b"],
    ["NUL at the end", "a\0"],
    ["a high surrogate alone", "a\ud83d"],
    ["a low surrogate alone", "\udd11b"],
    ["a pair in the wrong order", "\udd11\ud83d"],
    ["a valid pair and half of another", "\u{1f511}\ud83d"],
  ])("rejects as clean text: %s", (_case, text) => {
    expect(isCleanText(text)).toBe(false);
  });
});

describe("hasControlCharacter", () => {
  it.each(["\0", "\t", "\n", "\r", "\u001b", "\u007f", "\u0085", "\u009f"])(
    "finds the control character %j",
    (character) => {
      expect(hasControlCharacter(`Ada${character}Lovelace`)).toBe(true);
      expect(hasControlCharacter(character)).toBe(true);
    },
  );

  it.each(["", "Ada Lovelace", "Jos\u00e9", "\u{1f511}", "O'Brien, Jr.", "\u00a0"])(
    "finds no control character in %j",
    (text) => {
      expect(hasControlCharacter(text)).toBe(false);
    },
  );
});

describe("oneLine", () => {
  it("replaces each run of control characters by a space, and trims the ends", () => {
    expect(oneLine("\tAcme\r\n\u0085Bcc: eve\0")).toBe("Acme Bcc: eve");
  });
});

describe("utf8Length", () => {
  it.each([
    ["", 0],
    ["a", 1],
    ["\u00e9", 2],
    ["e\u0301", 3],
    ["\u20ac", 3],
    ["\u{1f511}", 4],
    ["a\0b", 3],
  ])("counts the UTF-8 bytes of %j", (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
    expect(Buffer.byteLength(text, "utf8")).toBe(bytes);
  });
});

describe("fill", () => {
  it("fills placeholders once and unchanged, and keeps placeholders without a value", () => {
    expect(fill("To {address}, {name}", { address: "{name}", name: "Ada" })).toBe("To {name}, Ada");
    expect(fill("{cost}", { cost: "$& $1 $$" })).toBe("$& $1 $$");
    expect(fill("in {s} s", {})).toBe("in {s} s");
  });
});
