import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { Email, MailProvider } from "../port.ts";

/** The part of a `send_email` binding that is used here; the Workers type `SendEmail` fits it. */
export type SendEmailBinding = {
  send(message: {
    from: string | { name: string; email: string };
    to: string;
    subject: string;
    html: string;
    text: string;
    headers: Record<string, string>;
  }): Promise<unknown>;
};

// What Cloudflare says of the mail itself. Its other codes speak of the account, the sender's domain,
// the binding's allowed recipients, limits or an outage, all of which can be mended.
const FAULTS_OF_THE_MAIL = new Set([
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_TOO_MANY_RECIPIENTS",
  "E_CONTENT_TOO_LARGE",
  "E_RECIPIENT_SUPPRESSED",
]);

/**
 * Cloudflare Email Service, by a `send_email` binding named in wrangler.toml. It knows no idempotency
 * key; the header lets a duplicate be recognised. Without the binding every mail waits.
 */
export function createCloudflareProvider(
  binding: SendEmailBinding | undefined,
  timeout: number,
): MailProvider {
  return {
    async send(email) {
      if (binding === undefined) return { outcome: "retry", reason: "binding_missing" };
      // A binding takes no abort signal, so the wait for it is given up instead.
      const tooLong = outcomeAfter(timeout);
      return Promise.race([sendByBinding(binding, email), tooLong.outcome]).finally(tooLong.clear);
    },
  };
}

async function sendByBinding(binding: SendEmailBinding, email: Email): Promise<SendOutcome> {
  const { name, address } = email.from;
  try {
    await binding.send({
      from: name === null ? address : { name, email: address },
      to: email.to,
      subject: email.subject,
      html: email.html,
      text: email.text,
      headers: { "X-Mail-Id": email.idempotencyKey },
    });
    return { outcome: "sent" };
  } catch (error) {
    return outcomeOfError(error);
  }
}

function outcomeOfError(error: unknown): SendOutcome {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  // The reason is our own word for it: an unknown code could carry anything.
  return typeof code === "string" && FAULTS_OF_THE_MAIL.has(code)
    ? { outcome: "refused", reason: code.toLowerCase() }
    : { outcome: "retry", reason: "binding_error" };
}

function outcomeAfter(timeout: number) {
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(() => resolve({ outcome: "retry", reason: "timeout" }), timeout);
  return { outcome: promise, clear: () => clearTimeout(timer) };
}
