import type { Locale } from "../../core/locale.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { SmsMessage } from "./message.ts";
import { renderText } from "./messages/render-text.ts";
import type { SmsProvider } from "./port.ts";

type Deps = {
  /** Null when text messages are off. */
  readonly provider: SmsProvider | null;
  readonly settings: { readonly brand: { readonly appName: string; readonly publicUrl: string } };
};

type Letter = {
  readonly message: SmsMessage;
  /** One number in E.164. */
  readonly to: string;
  readonly locale: Locale;
  /** Milliseconds for which its code is still good. */
  readonly life: number;
  readonly idempotencyKey: string;
};

/** Puts a message into words and hands it to the provider. `sms_off`: there is none any more. */
export async function sendText({ provider, settings }: Deps, letter: Letter): Promise<SendOutcome> {
  if (provider === null) return { outcome: "refused", reason: "sms_off" };
  const { message, to, locale, life, idempotencyKey } = letter;
  const { appName, publicUrl } = settings.brand;
  const text = renderText({ message, appName, publicUrl, locale, life });
  return provider.send({ to, text, idempotencyKey });
}
