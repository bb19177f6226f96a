import type { Clock } from "../core/clock.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { Defer } from "../core/defer.ts";
import type { Database } from "../db/database.ts";
import type { devMailboxStore } from "../messaging/dev-mailbox/store.ts";
import type { SendEmailBinding } from "../messaging/email/providers/cloudflare.ts";
import { createMailProvider } from "../messaging/email/providers.ts";
import { sendMail } from "../messaging/email/send-mail.ts";
import { deadMessageStore } from "../messaging/outbox/dead-message-store.ts";
import { type DeliverMessageDeps, deliverMessage } from "../messaging/outbox/deliver-message.ts";
import { newMessage } from "../messaging/outbox/new-outbox-message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { outboxStore } from "../messaging/outbox/store.ts";
import { createSmsProvider } from "../messaging/sms/providers.ts";
import { sendText } from "../messaging/sms/send-text.ts";
import type { Config } from "./config.ts";

type MessagingParts = {
  readonly config: Pick<Config, "mail" | "sms" | "settings">;
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly db: Database;
  readonly mailbox: ReturnType<typeof devMailboxStore>;
  readonly sendEmailBinding: SendEmailBinding | undefined;
  readonly defer: Defer;
};

/** The outbox, and the channels that deliver its messages through the configured providers. */
export function composeMessaging(parts: MessagingParts) {
  const { config, clock, secrets, db, mailbox, sendEmailBinding, defer } = parts;
  const { settings } = config;
  const mailProvider = createMailProvider(config.mail, { mailbox, sendEmailBinding, clock });
  const smsProvider = createSmsProvider(config.sms, { mailbox, clock });
  const delivery = {
    outbox: { ...outboxStore(db), ...deadMessageStore(db) },
    channels: {
      email: (message) => sendMail({ provider: mailProvider, settings }, message),
      sms: (message) => sendText({ provider: smsProvider, settings }, message),
    } satisfies DeliverMessageDeps["channels"],
  };
  const deliverOne = (id: string) => deliverMessage({ clock, secrets, ...delivery }, id);
  return {
    ...delivery,
    messages: {
      create: (message, options) => newMessage({ secrets }, message, options),
      deliverSoon: (ids) => {
        for (const id of ids) defer(() => deliverOne(id));
      },
      deliver: async (ids) => {
        for (const id of ids) await deliverOne(id);
      },
    } satisfies Outbox,
  };
}
