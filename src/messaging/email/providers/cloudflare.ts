import type { SendOutcome } from "../../../core/send-outcome.ts";
import type { Email, MailProvider } from "../port.ts";

/** The used part of a `send_email` binding. The Workers type `SendEmail` is assignable to it. */
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

// Error codes about the mail itself. The other codes are about the account, the sender's domain, the binding's
// allowed recipients, limits or an outage, all of which can be fixed, so those mails are retried.
const PERMANENT_ERRORS = new Set([
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_TOO_MANY_RECIPIENTS",
  "E_CONTENT_TOO_LARGE",
  "E_RECIPIENT_SUPPRESSED",
]);

/**
 * Cloudflare Email Service, by a `send_email` binding in wrangler.toml. It has no idempotency key; the header
 * X-Mail-Id identifies duplicates. Without the binding, every mail is retried.
 */
export function createCloudflareProvider(
  binding: SendEmailBinding | undefined,
  timeout: number,
): MailProvider {
  return {
    async send(email) {
      if (binding === undefined) return { outcome: "retry", reason: "binding_missing" };
      // A binding takes no abort signal, so the timeout only ends the wait.
      const timedOut = outcomeAfter(timeout);
      return Promise.race([sendByBinding(binding, email), timedOut.outcome]).finally(timedOut.clear);
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
  // The reason is never an unknown code, which could contain personal data.
  return typeof code === "string" && PERMANENT_ERRORS.has(code)
    ? { outcome: "refused", reason: code.toLowerCase() }
    : { outcome: "retry", reason: "binding_error" };
}

function outcomeAfter(timeout: number) {
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(() => resolve({ outcome: "retry", reason: "timeout" }), timeout);
  return { outcome: promise, clear: () => clearTimeout(timer) };
}
