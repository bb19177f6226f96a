import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";

export type RemovePhoneDeps = {
  readonly clock: Clock;
  readonly phones: {
    remove(draft: {
      accountId: string;
      lossNotice: NewMessage;
      audit: NewAuditEvent;
      now: number;
    }): Promise<void>;
  };
  readonly messages: Outbox;
};

/** Takes the number off the account, and voids the codes for it. Where there is none, nothing happens. */
export async function removePhone(
  deps: RemovePhoneDeps,
  input: { readonly accountId: string; readonly caller: Caller },
): Promise<void> {
  const { accountId, caller } = input;
  const now = deps.clock.now();
  const lossNotice = await deps.messages.draft({ kind: "phone_removed" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "phone_removed" }, caller, accountId);
  await deps.phones.remove({ accountId, lossNotice, audit, now });
  deps.messages.deliverSoon([lossNotice.id]);
}
