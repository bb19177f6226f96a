import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";
import { formatSender } from "./format-sender.ts";

const conflict = z.object({ name: z.string() });

/**
 * Resend: POST /emails. Its `Idempotency-Key` makes a repeat within 24 hours the same mail. Tracking
 * is a property of the domain there, and off unless it is turned on.
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
 * 409 speaks of the key. `invalid_idempotent_request`: this key has already sent a mail whose body
 * differed (a renamed account, say), so this mail is out. Any other: an attempt is still under way.
 */
function judgeConflict(status: number, answer: unknown): SendOutcome | null {
  if (status !== 409) return null;
  const taken = conflict.safeParse(answer).data?.name === "invalid_idempotent_request";
  return taken ? { outcome: "sent" } : { outcome: "retry", reason: "http_409" };
}
