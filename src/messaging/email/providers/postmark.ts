import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";
import { formatSender } from "./format-sender.ts";

const verdict = z.object({ ErrorCode: z.number() });

/**
 * Postmark: POST /email. It has no idempotency key; the metadata identifies duplicates in its activity and
 * webhooks. Tracking is off: it would route a mailed token through another host.
 */
export function createPostmarkProvider(settings: MailSettings<"postmark">, timeout: number): MailProvider {
  const url = `${settings.apiBase ?? "https://api.postmarkapp.com"}/email`;
  return {
    send: (email) =>
      postToProvider({
        url,
        timeout,
        judge: judgeErrorCode,
        headers: {
          accept: "application/json",
          "content-type": "application/json",
          "x-postmark-server-token": settings.apiKey,
        },
        body: JSON.stringify({
          From: formatSender(email.from),
          To: email.to,
          Subject: email.subject,
          HtmlBody: email.html,
          TextBody: email.text,
          MessageStream: settings.messageStream,
          Metadata: { mail_id: email.idempotencyKey },
          TrackOpens: false,
          TrackLinks: "None",
        }),
      }),
  };
}

/** A 200 is a success only with ErrorCode 0. If the body cannot be read, the status decides. */
function judgeErrorCode(status: number, answer: unknown): SendOutcome | null {
  const code = verdict.safeParse(answer).data?.ErrorCode ?? 0;
  return status === 200 && code !== 0 ? { outcome: "refused", reason: "provider_error" } : null;
}
