import type { Clock } from "../../core/clock.ts";
import { unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { LOCALES } from "../../core/locale.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { EmailDelivery } from "../email/message.ts";
import type { SmsDelivery } from "../sms/message.ts";
import { isSmsMessage, parseSealedContent } from "./message.ts";
import { judgeDelivery, SEND_LEASE_MS } from "./rules.ts";
import type { OutboxStore, TakenMessage } from "./store.ts";

export type DeliverMessageDeps = {
  readonly clock: Clock;
  readonly outbox: Pick<OutboxStore, "take" | "markSent" | "postpone" | "markDead">;
  readonly secrets: SecretRing;
  /** One sender for each channel. They never throw. */
  readonly channels: {
    email(delivery: EmailDelivery): Promise<SendOutcome>;
    sms(delivery: SmsDelivery): Promise<SendOutcome>;
  };
};

/**
 * One attempt at one message: takes it, unless another Worker has it, sends it and stores the outcome. If
 * the Worker dies in between, the lease ends and the retry uses the same idempotency key.
 */
export async function deliverMessage(deps: DeliverMessageDeps, id: string): Promise<void> {
  const now = deps.clock.now();
  const taken = await deps.outbox.take(id, now, now + SEND_LEASE_MS);
  if (!taken) return;
  if (taken.expiresAt <= now) return deps.outbox.markDead(id, "expired");
  const outcome = await send(deps, taken);
  const decision = judgeDelivery(outcome, taken, deps.clock.now());
  switch (decision.kind) {
    case "sent":
      return deps.outbox.markSent(id);
    case "retry":
      return deps.outbox.postpone(id, decision.dueAt, decision.reason);
    case "dead":
      return deps.outbox.markDead(id, decision.reason);
  }
}

async function send(deps: DeliverMessageDeps, taken: TakenMessage): Promise<SendOutcome> {
  const opened = await unseal(deps.secrets, "seal-mail", taken.id, taken.sealed);
  if (opened === null) return { outcome: "refused", reason: "unsealable" };
  const { message, to = taken.account.email } = parseSealedContent(opened);
  // Anyone can register any address under any name. A mail to an address that its owner has not proven for this account
  // must not carry text of the registrant.
  const { email, emailVerifiedAt, name } = taken.account;
  const recipientName = emailVerifiedAt !== null && to === email ? name : null;
  const delivery = {
    to,
    locale: taken.account.locale ?? LOCALES[0],
    life: taken.expiresAt - deps.clock.now(),
    idempotencyKey: taken.id,
  };
  return isSmsMessage(message)
    ? deps.channels.sms({ ...delivery, message })
    : deps.channels.email({ ...delivery, message, recipientName });
}
