import { type Clock, DAY } from "../../core/clock.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { PasswordStore } from "./store.ts";

export type SendLockoutNoticeDeps = {
  readonly clock: Clock;
  readonly passwords: Pick<PasswordStore, "queueLockoutNotice">;
  readonly messages: Outbox;
};

/** Performs a queued request: mails the owner of the address, if it has one, that a lockout started. */
export async function sendLockoutNotice(
  deps: SendLockoutNoticeDeps,
  { emailKey, requestId }: { readonly emailKey: string; readonly requestId: string },
): Promise<void> {
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "account_locked" }, { expiresAt: now + DAY });
  await deps.passwords.queueLockoutNotice({ emailKey, requestId, notice, now });
  await deps.messages.deliver([notice.id]);
}
