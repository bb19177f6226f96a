import { describe, expect, it } from "vitest";
import { printable, printableJson, printableLines, table } from "../../../../scripts/shared/printable.ts";

// An escape sequence, its one-character form, a forged line, a direction mark, and a lone surrogate.
const HOSTILE = "a\u001b[31m\u009b2J\nroot\u202egnp\u2028\ud800b";

describe("printable", () => {
  it("escapes unprintable characters by their code point", () => {
    expect(printable(HOSTILE)).toBe("a\\u{1b}[31m\\u{9b}2J\\u{a}root\\u{202e}gnp\\u{2028}\\u{d800}b");
    expect(printableLines("two\nlines\u0007")).toBe("two\nlines\\u{7}");
  });

  it("does not change names in any script", () => {
    for (const name of ["Zoë", "Łukasz", "李明", "محمد", "नेहा", "O’Neil 🎈"])
      expect(printable(name)).toBe(name);
  });

  it("writes printable JSON that parses to the same value", () => {
    const text = printableJson({ name: HOSTILE, tag: "\u{e0041}" });
    expect(JSON.parse(text)).toEqual({ name: HOSTILE, tag: "\u{e0041}" });
    expect(text.replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
  });

  it("writes a table with aligned columns and one line for each row", () => {
    const text = table([
      ["id", "name", "role"],
      ["1", "Zoë\nroot", "user"],
      ["22", "A", "admin"],
    ]);
    expect(text.split("\n")).toEqual([
      "id  name          role",
      "1   Zoë\\u{a}root  user",
      "22  A             admin",
    ]);
  });
});
