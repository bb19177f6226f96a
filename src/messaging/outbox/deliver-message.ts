import type { Clock } from "../../core/clock.ts";
import { unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { LOCALES } from "../../core/locale.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { EmailDelivery } from "../email/message.ts";
import type { SmsDelivery } from "../sms/message.ts";
import { isSmsMessage, parseSealedContent } from "./message.ts";
import { type DeliveryDecision, judgeDelivery, SEND_LEASE_MS } from "./rules.ts";
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

/** Milliseconds before each further attempt to record an outcome. Together they are shorter than the lease. */
const RECORD_RETRY_DELAYS_MS = [50, 500, 5000];

/**
 * One attempt at one message: takes it, unless another Worker has it, sends it and records the outcome. Only a Worker that
 * dies between the provider's answer and the record causes a second send: the lease ends, and the retry uses
 * the same idempotency key.
 */
export async function deliverMessage(deps: DeliverMessageDeps, id: string): Promise<void> {
  const now = deps.clock.now();
  const taken = await deps.outbox.take(id, now, now + SEND_LEASE_MS);
  if (!taken) return;
  if (taken.expiresAt <= now) return deps.outbox.markDead(taken, "expired");
  const outcome = await send(deps, taken);
  await record(deps, taken, judgeDelivery(outcome, taken, deps.clock.now()));
}

/** Records what became of a message. A record that is lost would send the message again. */
async function record(
  { outbox }: DeliverMessageDeps,
  taken: TakenMessage,
  decision: DeliveryDecision,
): Promise<void> {
  const write = () => {
    switch (decision.kind) {
      case "sent":
        return outbox.markSent(taken);
      case "retry":
        return outbox.postpone(taken, decision.dueAt, decision.reason);
      case "dead":
        return outbox.markDead(taken, decision.reason);
    }
  };
  for (const delay of RECORD_RETRY_DELAYS_MS) {
    try {
      return await write();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
  return write();
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
