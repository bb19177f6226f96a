import { type Clock, DAY } from "../../core/clock.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { LockoutNoticeRequest } from "../../queued-requests/queued-request.ts";
import type { PasswordStore } from "./store.ts";

export type SendLockoutNoticeDeps = {
  readonly clock: Clock;
  readonly passwords: Pick<PasswordStore, "recordLockout">;
  readonly messages: Outbox;
};

type Input = Omit<LockoutNoticeRequest, "kind"> & { readonly requestId: string };

/** Performs a queued request: records that a lockout started, and mails the owner of the address, if it has one. */
export async function sendLockoutNotice(
  deps: SendLockoutNoticeDeps,
  { notice: kind, ...lockout }: Input,
): Promise<void> {
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind }, { expiresAt: now + DAY });
  await deps.passwords.recordLockout({ ...lockout, notice, now });
  await deps.messages.deliver([notice.id]);
}
