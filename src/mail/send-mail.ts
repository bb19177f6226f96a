import type { Locale } from "../kernel/locale.ts";
import type { SendOutcome } from "../kernel/send-outcome.ts";
import type { MailMessage } from "./message.ts";
import { type MailBrand, renderMessage } from "./messages/render-message.tsx";
import type { Email, MailProvider } from "./port.ts";

type Deps = {
  readonly provider: MailProvider;
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

/** Puts a message into words and hands it to the provider. */
export function sendMail({ provider, settings }: Deps, letter: Letter): Promise<SendOutcome> {
  const { message, to, recipientName, locale, life, idempotencyKey } = letter;
  const rendered = renderMessage({ message, recipientName, brand: settings.brand, locale, life });
  return provider.send({ from: settings.mailFrom, to, ...rendered, idempotencyKey });
}
