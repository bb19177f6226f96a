import { postToProvider } from "../../../core/post-to-provider.ts";
import type { MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";

/**
 * SendGrid: POST /v3/mail/send, which returns an empty 202. It has no idempotency key; its events contain the
 * custom argument, which identifies duplicates. Tracking is off: it would route a mailed token through another
 * host.
 */
export function createSendgridProvider(settings: MailSettings<"sendgrid">, timeout: number): MailProvider {
  const url = `${settings.apiBase ?? "https://api.sendgrid.com"}/v3/mail/send`;
  return {
    send: (email) =>
      postToProvider({
        url,
        timeout,
        headers: { authorization: `Bearer ${settings.apiKey}`, "content-type": "application/json" },
        body: JSON.stringify({
          personalizations: [{ to: [{ email: email.to }] }],
          from: { email: email.from.address, name: email.from.name ?? undefined },
          subject: email.subject,
          // The API requires the plain-text part first.
          content: [
            { type: "text/plain", value: email.text },
            { type: "text/html", value: email.html },
          ],
          custom_args: { mail_id: email.idempotencyKey },
          tracking_settings: {
            click_tracking: { enable: false, enable_text: false },
            open_tracking: { enable: false },
            subscription_tracking: { enable: false },
          },
        }),
      }),
  };
}
