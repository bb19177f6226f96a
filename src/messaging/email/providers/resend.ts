import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";
import { formatSender } from "./format-sender.ts";

const conflict = z.object({ name: z.string() });

/**
 * Resend: POST /emails. Requests with the same `Idempotency-Key` within 24 hours send one mail. Tracking is a
 * setting of the domain, and off by default.
 */
export function createResendProvider(settings: MailSettings<"resend">, timeout: number): MailProvider {
  const url = `${settings.apiBase ?? "https://api.resend.com"}/emails`;
  return {
    send: (email) =>
      postToProvider({
        url,
        timeout,
        judge: judgeConflict,
        headers: {
          authorization: `Bearer ${settings.apiKey}`,
          "content-type": "application/json",
          "idempotency-key": email.idempotencyKey,
        },
        body: JSON.stringify({
          from: formatSender(email.from),
          to: [email.to],
          subject: email.subject,
          html: email.html,
          text: email.text,
        }),
      }),
  };
}

/**
 * 409 is about the key. `invalid_idempotent_request`: the key has already sent a mail with another body (after
 * a rename of the account, for example), so this mail was sent. Other names: an attempt is in progress.
 */
function judgeConflict(status: number, answer: unknown): SendOutcome | null {
  if (status !== 409) return null;
  const taken = conflict.safeParse(answer).data?.name === "invalid_idempotent_request";
  return taken ? { outcome: "sent" } : { outcome: "retry", reason: "http_409" };
}
