import { durationInWords } from "../../core/duration-in-words.ts";
import type { Locale } from "../../core/locale.ts";
import { oneLine } from "../../core/text.ts";
import type { SmsMessage } from "./message.ts";
import { smsTexts } from "./texts.ts";

type Input = {
  readonly message: SmsMessage;
  readonly appName: string;
  /** The origin of the page that asks for the code. */
  readonly publicUrl: string;
  readonly locale: Locale;
  /** Milliseconds until the code expires. */
  readonly life: number;
};

/**
 * The text of a text message. With a code, its last line binds the code to the service's host, so that phones fill it in
 * only there (wicg.github.io/sms-one-time-codes §3). The format allows no port.
 */
export function renderText({ message, appName, publicUrl, locale, life }: Input): string {
  const code = "code" in message ? message.code : "";
  // One line: providers reject control characters, and a line break could imitate the last line.
  const facts = { code, appName: oneLine(appName), life: durationInWords(life, locale) };
  const text = smsTexts[locale][message.kind](facts);
  return code === "" ? text : `${text}\n\n@${new URL(publicUrl).hostname} #${code}`;
}
