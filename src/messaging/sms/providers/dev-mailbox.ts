import type { Clock } from "../../../core/clock.ts";
import type { DevMailbox } from "../../dev-mailbox/dev-message.ts";
import type { SmsProvider } from "../port.ts";

/** Development: stores the text message for `/dev/mailbox` instead of sending it. */
export function createMailboxSmsProvider(mailbox: DevMailbox, clock: Clock): SmsProvider {
  return {
    async send({ idempotencyKey, to, text }) {
      try {
        const createdAt = clock.now();
        await mailbox.store({
          id: idempotencyKey,
          channel: "sms",
          to,
          subject: "",
          text,
          html: "",
          createdAt,
        });
        return { outcome: "sent" };
      } catch {
        return { outcome: "retry", reason: "mailbox_unavailable" };
      }
    },
  };
}
