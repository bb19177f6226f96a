import * as z from "zod/mini";
import { postToProvider } from "../../../core/post-to-provider.ts";
import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { MailProvider } from "../port.ts";
import type { MailSettings } from "../settings.ts";

const failure = z.object({ code: z.string() });

/**
 * Brevo: POST /v3/smtp/email. The `idempotencyKey` is one of the mail's own headers, must be a UUID and is
 * valid for 30 minutes. Tracking can only be turned off for the whole account.
 */
export function createBrevoProvider(settings: MailSettings<"brevo">, timeout: number): MailProvider {
  const url = `${settings.apiBase ?? "https://api.brevo.com"}/v3/smtp/email`;
  return {
    send: (email) =>
      postToProvider({
        url,
        timeout,
        judge: judgeDuplicate,
        headers: {
          accept: "application/json",
          "api-key": settings.apiKey,
          "content-type": "application/json",
        },
        body: JSON.stringify({
          sender: { email: email.from.address, name: email.from.name ?? undefined },
          to: [{ email: email.to }],
          subject: email.subject,
          htmlContent: email.html,
          textContent: email.text,
          headers: { idempotencyKey: email.idempotencyKey },
        }),
      }),
  };
}

/** Brevo rejects a repeated key as `duplicate_parameter`: an earlier attempt has sent this mail. */
function judgeDuplicate(status: number, answer: unknown): SendOutcome | null {
  const duplicate = failure.safeParse(answer).data?.code === "duplicate_parameter";
  return status === 400 && duplicate ? { outcome: "sent" } : null;
}
