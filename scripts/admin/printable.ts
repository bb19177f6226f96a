// Controls, what turns the direction of writing, line ends of Unicode's own, and halves of characters: a name
// must not move a cursor, forge a line of a table, or read otherwise than it is.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
const JSON_UNPRINTABLE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

/** Text of somebody else's, for a terminal: what would not show is shown by its number. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);

/** The same for text of many lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** JSON that is the same to a program, and as harmless to a terminal. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(JSON_UNPRINTABLE, (chars) =>
    Array.from({ length: chars.length }, (_, at) => escapeUnit(chars.charCodeAt(at))).join(""),
  );

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;

/** Columns side by side, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(printable));
  const widths = (clean[0] ?? []).map((_, column) =>
    Math.max(...clean.map((row) => width(row[column] ?? ""))),
  );
  return clean
    .map((row) =>
      row
        .map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - width(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const width = (text: string): number => [...text].length;
