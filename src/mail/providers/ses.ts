import type { Clock } from "../../kernel/clock.ts";
import { postToProvider } from "../../kernel/post-to-provider.ts";
import type { Email, MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";
import { encodeWords } from "./encode-words.ts";
import { formatSender } from "./format-sender.ts";
import { signForAws } from "./sign-for-aws.ts";

/**
 * Amazon SES API v2: POST /v2/email/outbound-emails, signed with Signature Version 4. The clock
 * dates the signature, which AWS accepts within 5 minutes of its own time.
 */
export function createSesProvider(
  settings: MailSettings<"ses">,
  timeout: number,
  clock: Clock,
): MailProvider {
  const { region, accessKeyId, secretAccessKey } = settings;
  const host = settings.apiBase ?? `https://email.${region}.amazonaws.com`;
  const url = `${host}/v2/email/outbound-emails`;
  return {
    async send(email) {
      const body = JSON.stringify(requestOf(email));
      const contentType = "application/json";
      const signing = { url, contentType, body, region, service: "ses", accessKeyId, secretAccessKey };
      const headers = await signForAws({ ...signing, now: clock.now() });
      return postToProvider({ url, timeout, body, headers });
    },
  };
}

function requestOf(email: Email) {
  const utf8 = (text: string) => ({ Data: text, Charset: "UTF-8" });
  return {
    FromEmailAddress: senderInAscii(email.from),
    Destination: { ToAddresses: [email.to] },
    Content: {
      Simple: {
        Subject: utf8(email.subject),
        Body: { Html: utf8(email.html), Text: utf8(email.text) },
      },
    },
    // It knows no idempotency key; the tag comes back in its events, to recognise a duplicate.
    EmailTags: [{ Name: "mail_id", Value: email.idempotencyKey }],
    // Tracking would route a one-time link through another host.
    ConfigurationOverrides: {
      Tracking: { ClickTrackingEnabled: "DISABLED", OpenTrackingEnabled: "DISABLED" },
    },
  };
}

/** SES takes ASCII alone here: a name in another script must come as encoded words. */
function senderInAscii(from: Email["from"]): string {
  if (from.name === null || /^[\x20-\x7e]*$/.test(from.name)) return formatSender(from);
  return `${encodeWords(from.name)} <${from.address}>`;
}
