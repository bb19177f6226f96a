import { brandColor } from "../../../core/brand-color.ts";
import type { Locale } from "../../../core/locale.ts";
import { oneLine } from "../../../core/text.ts";
import type { MailMessage } from "../message.ts";
import type { EmailTexts } from "../texts.ts";
import { composeContent } from "./compose-content.ts";
import { Layout } from "./layout.tsx";
import { plainText } from "./plain-text.ts";

export type MailBrand = {
  readonly appName: string;
  /** An http or https URL, or null to show the name instead. */
  readonly logoUrl: string | null;
  /** `#rgb` or `#rrggbb`. Null or any other value gives the default. */
  readonly color: string | null;
  readonly publicUrl: string;
};

type Input = {
  readonly message: MailMessage;
  /** As the user typed it, up to 64 characters. A name that looks like a link is left out. */
  readonly recipientName: string | null;
  readonly brand: MailBrand;
  readonly locale: Locale;
  /** The texts in that locale. */
  readonly texts: EmailTexts;
  /** Milliseconds until the link or code expires. */
  readonly life: number;
};

/** Renders a mail: its subject, and the same content as HTML and as plain text. */
export function renderEmail(input: Input): { subject: string; html: string; text: string } {
  // The name is part of the subject, and providers reject a subject with a control character.
  const brand = { ...input.brand, appName: oneLine(input.brand.appName) };
  const { appName, publicUrl } = brand;
  const content = composeContent(input.texts, { ...input, appName, publicUrl });
  const html = `<!doctype html>${<Layout content={content} brand={{ ...brand, color: brandColor(brand.color) }} />}`;
  return { subject: content.subject, html, text: plainText(content, publicUrl) };
}
