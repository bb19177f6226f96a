import type { SendOutcome } from "../../core/send-outcome.ts";
import type { EmailDelivery } from "./message.ts";
import { type MailBrand, renderEmail } from "./messages/render-message.tsx";
import type { Email, MailProvider } from "./port.ts";
import { emailTexts } from "./texts.ts";

type Deps = {
  readonly provider: MailProvider;
  readonly settings: { readonly mailFrom: Email["from"]; readonly brand: MailBrand };
};

/** Renders a mail and hands it to the provider. */
export function sendMail({ provider, settings }: Deps, delivery: EmailDelivery): Promise<SendOutcome> {
  const { message, to, recipientName, locale, life, idempotencyKey } = delivery;
  const texts = emailTexts[locale];
  const rendered = renderEmail({ message, recipientName, brand: settings.brand, locale, texts, life });
  return provider.send({ from: settings.mailFrom, to, ...rendered, idempotencyKey });
}
