import type { SendOutcome } from "../../core/send-outcome.ts";
import type { SmsDelivery } from "./message.ts";
import type { SmsProvider } from "./port.ts";
import { renderText } from "./render-text.ts";

type Deps = {
  /** Null if text messages are off. */
  readonly provider: SmsProvider | null;
  readonly settings: { readonly brand: { readonly appName: string; readonly publicUrl: string } };
};

/** Renders a text message and hands it to the provider. `sms_off`: text messages were turned off meanwhile. */
export async function sendText({ provider, settings }: Deps, delivery: SmsDelivery): Promise<SendOutcome> {
  if (provider === null) return { outcome: "refused", reason: "sms_off" };
  const { message, to, locale, life, idempotencyKey } = delivery;
  const { appName, publicUrl } = settings.brand;
  const text = renderText({ message, appName, publicUrl, locale, life });
  return provider.send({ to, text, idempotencyKey });
}
