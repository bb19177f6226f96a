import { describe, expect, it } from "vitest";
import { printable, printableJson, printableLines, table } from "../../../scripts/admin/printable.ts";

// An escape sequence, its one-character form, a forged line, a turned direction, and half a character.
const HOSTILE = "a\u001b[31m\u009b2J\nroot\u202egnp\u2028\ud800b";

describe("what a terminal gets", () => {
  it("shows by number what would not show", () => {
    expect(printable(HOSTILE)).toBe("a\\u{1b}[31m\\u{9b}2J\\u{a}root\\u{202e}gnp\\u{2028}\\u{d800}b");
    expect(printableLines("two\nlines\u0007")).toBe("two\nlines\\u{7}");
  });

  it("leaves names of every script alone", () => {
    for (const name of ["Zoë", "Łukasz", "李明", "محمد", "नेहा", "O’Neil 🎈"])
      expect(printable(name)).toBe(name);
  });

  it("has JSON that a program reads back as it was", () => {
    const text = printableJson({ name: HOSTILE, tag: "\u{e0041}" });
    expect(JSON.parse(text)).toEqual({ name: HOSTILE, tag: "\u{e0041}" });
    expect(text.replaceAll("\n", "")).toMatch(/^[\x20-\x7e]*$/);
  });

  it("has tables whose columns begin under one another, a line for each row", () => {
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
