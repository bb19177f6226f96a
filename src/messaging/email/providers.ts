import { type Clock, systemClock } from "../../core/clock.ts";
import { PROVIDER_TIMEOUT_MS } from "../../core/post-to-provider.ts";
import { hasControlCharacter } from "../../core/text.ts";
import type { DevMailbox } from "../dev-mailbox/dev-message.ts";
import type { Email, MailProvider } from "./port.ts";
import { createBrevoProvider } from "./providers/brevo.ts";
import { createCloudflareProvider, type SendEmailBinding } from "./providers/cloudflare.ts";
import { createMailboxMailProvider } from "./providers/dev-mailbox.ts";
import { createMailgunProvider } from "./providers/mailgun.ts";
import { createPostmarkProvider } from "./providers/postmark.ts";
import { createResendProvider } from "./providers/resend.ts";
import { createSendgridProvider } from "./providers/sendgrid.ts";
import { createSesProvider } from "./providers/ses.ts";
import type { MailProviderId, MailSettings } from "./settings.ts";

type Deps = {
  readonly mailbox: DevMailbox;
  /** The Worker's `send_email` binding, if it has one. */
  readonly sendEmailBinding: SendEmailBinding | undefined;
  /** Milliseconds for one attempt. Default: 10 seconds. */
  readonly timeout?: number;
  /** Dates SES signatures and mailbox messages. Default: the system's clock. */
  readonly clock?: Clock;
};

type ProviderTable = {
  readonly [Id in MailProviderId]: (settings: MailSettings<Id>, deps: Required<Deps>) => MailProvider;
};

const providers: ProviderTable = {
  mailbox: (_settings, deps) => createMailboxMailProvider(deps.mailbox, deps.clock),
  resend: (settings, deps) => createResendProvider(settings, deps.timeout),
  postmark: (settings, deps) => createPostmarkProvider(settings, deps.timeout),
  sendgrid: (settings, deps) => createSendgridProvider(settings, deps.timeout),
  mailgun: (settings, deps) => createMailgunProvider(settings, deps.timeout),
  brevo: (settings, deps) => createBrevoProvider(settings, deps.timeout),
  ses: (settings, deps) => createSesProvider(settings, deps.timeout, deps.clock),
  cloudflare: (_settings, deps) => createCloudflareProvider(deps.sendEmailBinding, deps.timeout),
};

/**
 * Creates the provider in the settings. Before sending, it refuses a mail with a control character in a header
 * (header injection, `unsafe_header`). It never throws.
 */
export function createMailProvider<Id extends MailProviderId>(
  settings: MailSettings<Id>,
  deps: Deps,
): MailProvider {
  const provider = providers[settings.provider](settings, {
    ...deps,
    timeout: deps.timeout ?? PROVIDER_TIMEOUT_MS,
    clock: deps.clock ?? systemClock,
  });
  return {
    async send(email) {
      if (headersOf(email).some(hasControlCharacter)) return { outcome: "refused", reason: "unsafe_header" };
      try {
        return await provider.send(email);
      } catch {
        // `MailProvider` never throws: one mail that fails unexpectedly must not stop the others.
        return { outcome: "retry", reason: "provider_threw" };
      }
    },
  };
}

const headersOf = ({ from, to, subject, idempotencyKey }: Email): string[] => [
  from.name ?? "",
  from.address,
  to,
  subject,
  idempotencyKey,
];
