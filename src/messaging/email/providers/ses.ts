import { AwsV4Signer } from "aws4fetch";
import type { Clock } from "../../../core/clock.ts";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { Email, MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";
import { encodeWords } from "./encode-words.ts";
import { formatSender } from "./format-sender.ts";

/**
 * Amazon SES API v2: POST /v2/email/outbound-emails, signed with Signature Version 4. The clock dates the
 * signature, which AWS accepts within 5 minutes of its own time.
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
      const signed = await new AwsV4Signer({
        url,
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        accessKeyId,
        secretAccessKey,
        region,
        service: "ses",
        datetime: amzDate(clock.now()),
        // AWS requires a signed content type if there is one. By default the library leaves it out.
        allHeaders: true,
      }).sign();
      return postToProvider({ url, timeout, body, headers: Object.fromEntries(signed.headers) });
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
    // SES has no idempotency key. Its events contain the tag, which identifies duplicates.
    EmailTags: [{ Name: "mail_id", Value: email.idempotencyKey }],
    // Tracking would route a mailed token through another host.
    ConfigurationOverrides: {
      Tracking: { ClickTrackingEnabled: "DISABLED", OpenTrackingEnabled: "DISABLED" },
    },
  };
}

/** SES accepts only ASCII here: other names must be encoded words. */
function senderInAscii(from: Email["from"]): string {
  if (from.name === null || /^[\x20-\x7e]*$/.test(from.name)) return formatSender(from);
  return `${encodeWords(from.name)} <${from.address}>`;
}

/** The date format of Signature Version 4: `20260131T235959Z`. */
const amzDate = (instant: number): string => new Date(instant).toISOString().replace(/[:-]|\.\d{3}/g, "");
