import { brandColor } from "../../../core/brand-color.ts";
import type { Locale } from "../../../core/locale.ts";
import { oneLine } from "../../../core/text.ts";
import type { MailMessage } from "../message.ts";
import type { EmailTexts } from "./catalogue.ts";
import { composeLetter } from "./compose-letter.ts";
import { Layout } from "./layout.tsx";
import { plainText } from "./plain-text.ts";

export type MailBrand = {
  readonly appName: string;
  /** An http or https URL, or null to show the name instead. */
  readonly logoUrl: string | null;
  /** `#rgb` or `#rrggbb`; null or anything else gives the default. */
  readonly color: string | null;
  readonly publicUrl: string;
};

type Input = {
  readonly message: MailMessage;
  /** As its owner typed it, up to 64 characters; a name that looks like a link is not repeated. */
  readonly recipientName: string | null;
  readonly brand: MailBrand;
  readonly locale: Locale;
  /** Those of that locale. */
  readonly words: EmailTexts;
  /** Milliseconds for which its link or code is still good; said in words. */
  readonly life: number;
};

/** One mail in full: its subject, and the same words as HTML and as plain text. */
export function renderMessage(input: Input): { subject: string; html: string; text: string } {
  // It goes into the subject, where a control character has the provider refuse the mail.
  const brand = { ...input.brand, appName: oneLine(input.brand.appName) };
  const { appName, publicUrl } = brand;
  const letter = composeLetter(input.words, { ...input, appName, publicUrl });
  const html = `<!doctype html>${<Layout letter={letter} brand={{ ...brand, color: brandColor(brand.color) }} />}`;
  return { subject: letter.subject, html, text: plainText(letter, publicUrl) };
}
