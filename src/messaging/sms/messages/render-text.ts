import { durationInWords } from "../../../core/duration-in-words.ts";
import type { Locale } from "../../../core/locale.ts";
import { oneLine } from "../../../core/text.ts";
import type { SmsMessage } from "../message.ts";
import type { TextCatalogue } from "./catalogue.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

const catalogues: Record<Locale, TextCatalogue> = { en, de };

type Input = {
  readonly message: SmsMessage;
  readonly appName: string;
  /** The origin whose pages ask for the code. */
  readonly publicUrl: string;
  readonly locale: Locale;
  /** Milliseconds for which its code is still good; said in words. */
  readonly life: number;
};

/**
 * The words of one text message. Its last line binds the code to our site, so that phones fill it in
 * there and nowhere else (wicg.github.io/sms-one-time-codes §3); a host has no port in that form.
 */
export function renderText({ message, appName, publicUrl, locale, life }: Input): string {
  const { kind, code } = message;
  // A control character would have the provider refuse the text, and a second line look like the last.
  const facts = { code, appName: oneLine(appName), life: durationInWords(life, locale) };
  const words = catalogues[locale][kind](facts);
  return `${words}\n\n@${new URL(publicUrl).hostname} #${code}`;
}
