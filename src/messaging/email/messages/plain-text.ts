import type { Letter } from "./compose-letter.ts";

/** The text version of a mail: its paragraphs apart by blank lines, its link on a line of its own. */
export function plainText(letter: Letter, publicUrl: string): string {
  const { greeting, before, action, code, after, footer } = letter;
  const link = action === null ? [] : [`${action.label}:\n${action.url}`];
  const digits = code === null ? [] : [code];
  // "-- " opens a signature (RFC 3676 §4.3).
  return `${[greeting, ...before, ...digits, ...link, ...after, `-- \n${footer}\n${publicUrl}`].join("\n\n")}\n`;
}
