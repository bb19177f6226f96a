import type { Clock } from "../../../core/clock.ts";
import type { DevMailbox } from "../../dev-mailbox/dev-message.ts";
import type { MailProvider } from "../port.ts";

/** Development: stores the mail for `/dev/mailbox` instead of sending it. */
export function createMailboxMailProvider(mailbox: DevMailbox, clock: Clock): MailProvider {
  return {
    async send({ idempotencyKey, to, subject, text, html }) {
      try {
        const createdAt = clock.now();
        await mailbox.store({ id: idempotencyKey, channel: "email", to, subject, text, html, createdAt });
        return { outcome: "sent" };
      } catch {
        return { outcome: "retry", reason: "mailbox_unavailable" };
      }
    },
  };
}
