/**
 * Text that every layer below stores as it was sent. SQLite's functions stop at NUL, and a lone
 * surrogate becomes U+FFFD on its way to UTF-8, so that different strings would become equal.
 */
export const isCleanText = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** Whether a line of text carries control characters, which have no place in a name or a mail header. */
export const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);

/** The same text on one line: each run of control characters becomes a space. */
export const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, " ").trim();

export const utf8Length = (text: string): number => new TextEncoder().encode(text).byteLength;

/** Puts values where a sentence has their names in braces. What a value says is taken as it is. */
export const fill = (sentence: string, values: Readonly<Record<string, string>>): string =>
  sentence.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
