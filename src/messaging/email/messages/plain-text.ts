import type { EmailContent } from "./compose-content.ts";

/** The plain-text part of a mail: paragraphs separated by blank lines, the link on its own line. */
export function plainText(content: EmailContent, publicUrl: string): string {
  const { greeting, before, action, code, after, footer } = content;
  const link = action === null ? [] : [`${action.label}:\n${action.url}`];
  const digits = code === null ? [] : [code];
  // RFC 3676 §4.3: "-- " starts a signature.
  return `${[greeting, ...before, ...digits, ...link, ...after, `-- \n${footer}\n${publicUrl}`].join("\n\n")}\n`;
}
