/**
 * True if the database stores the text unchanged. SQLite's functions stop at NUL, and UTF-8 encodes a
 * lone surrogate as U+FFFD, so different strings would become equal.
 */
export const isCleanText = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** True if the text has control characters, which names and mail headers must not contain. */
export const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);

/** True if the text has characters that change the direction of the text around it, so that a name looks like another one. */
export const hasBidiControl = (text: string): boolean => /\p{Bidi_Control}/u.test(text);

/** The text on one line: each run of control characters becomes a space. */
export const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, " ").trim();

export const utf8Length = (text: string): number => new TextEncoder().encode(text).byteLength;

/** Replaces `{name}` by the value of that name. Values are inserted unchanged and not searched again. */
export const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
