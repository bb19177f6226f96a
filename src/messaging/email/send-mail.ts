import type { Locale } from "../../core/locale.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { MailMessage } from "./message.ts";
import type { EmailTexts } from "./messages/catalogue.ts";
import { type MailBrand, renderMessage } from "./messages/render-message.tsx";
import type { Email, MailProvider } from "./port.ts";

type Deps = {
  readonly provider: MailProvider;
  /** Reads what mails say in that language; throws while it cannot. */
  readonly wordsOf: (locale: Locale) => Promise<EmailTexts>;
  readonly settings: { readonly mailFrom: Email["from"]; readonly brand: MailBrand };
};

type Letter = {
  readonly message: MailMessage;
  readonly to: string;
  readonly recipientName: string | null;
  readonly locale: Locale;
  /** Milliseconds for which its link or code is still good. */
  readonly life: number;
  readonly idempotencyKey: string;
};

/** Puts a message into words and hands it to the provider. `words_unavailable`: there are none for now. */
export async function sendMail({ provider, wordsOf, settings }: Deps, letter: Letter): Promise<SendOutcome> {
  const { message, to, recipientName, locale, life, idempotencyKey } = letter;
  // Whatever keeps us from the words, a mail that was promised waits for them.
  const words = await wordsOf(locale).catch(() => null);
  if (words === null) return { outcome: "retry", reason: "words_unavailable" };
  const rendered = renderMessage({ message, recipientName, brand: settings.brand, locale, words, life });
  return provider.send({ from: settings.mailFrom, to, ...rendered, idempotencyKey });
}
