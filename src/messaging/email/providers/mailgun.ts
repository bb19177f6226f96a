import { postToProvider } from "../../../core/post-to-provider.ts";
import type { Email, MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";
import { formatSender } from "./format-sender.ts";

/**
 * Mailgun: POST /v3/{domain}/messages as form data. Domains in its EU region need
 * `MAIL_API_BASE=https://api.eu.mailgun.net`.
 */
export function createMailgunProvider(settings: MailSettings<"mailgun">, timeout: number): MailProvider {
  const url = `${settings.apiBase ?? "https://api.mailgun.net"}/v3/${settings.domain}/messages`;
  const authorization = `Basic ${btoa(`api:${settings.apiKey}`)}`;
  return {
    send: (email) => postToProvider({ url, timeout, headers: { authorization }, body: formOf(email) }),
  };
}

function formOf(email: Email): FormData {
  const form = new FormData();
  form.set("from", formatSender(email.from));
  form.set("to", email.to);
  form.set("subject", email.subject);
  form.set("html", email.html);
  form.set("text", email.text);
  // Mailgun has no idempotency key. Its events contain the variable, which identifies duplicates.
  form.set("v:mail_id", email.idempotencyKey);
  // Tracking would route a mailed token through another host.
  form.set("o:tracking", "no");
  form.set("o:tracking-clicks", "no");
  form.set("o:tracking-opens", "no");
  return form;
}
