// Control characters, direction marks, Unicode line separators, lone surrogates and private-use characters. In a stored
// name they could move the cursor, forge a table row or reverse text.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
const JSON_UNPRINTABLE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu;

/** Escapes untrusted text for a terminal: an unprintable character becomes `\u{…}`. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);

/** Escapes each line and keeps the line breaks. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** JSON that parses to the same value and holds no unprintable character. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(JSON_UNPRINTABLE, (chars) =>
    Array.from({ length: chars.length }, (_, at) => escapeUnit(chars.charCodeAt(at))).join(""),
  );

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;

/** Left-aligned columns, two spaces apart. Escapes every cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const columns = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => width(row[column] ?? ""))),
  );
  const pad = (cell: string, column: number) => cell + " ".repeat((columns[column] ?? 0) - width(cell));
  return cells.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

const width = (text: string): number => [...text].length;
