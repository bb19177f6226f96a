import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { PhoneStore } from "./store.ts";

export type RemovePhoneDeps = {
  readonly clock: Clock;
  readonly phones: Pick<PhoneStore, "remove">;
  readonly messages: Outbox;
};

/** Removes the account's phone number and voids its codes. Without a number it changes nothing. */
export async function removePhone(
  deps: RemovePhoneDeps,
  input: { readonly accountId: string; readonly caller: Caller },
): Promise<void> {
  const { accountId, caller } = input;
  const now = deps.clock.now();
  const removalNotice = await deps.messages.create({ kind: "phone_removed" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "phone_removed" }, caller, accountId);
  await deps.phones.remove({ accountId, removalNotice, audit, now });
  deps.messages.deliverSoon([removalNotice.id]);
}
