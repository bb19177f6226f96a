import { DAY } from "../core/clock.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";

/** The mail that the store queues if the address of a request belongs to a deactivated account. */
export const newDeactivatedNotice = (
  { messages }: { readonly messages: Pick<Outbox, "create"> },
  now: number,
): Promise<NewMessage> => messages.create({ kind: "account_still_deactivated" }, { expiresAt: now + DAY });
