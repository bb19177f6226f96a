import type { Clock } from "../../core/clock.ts";
import { unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { LOCALES, type Locale } from "../../core/locale.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { MailMessage } from "../email/message.ts";
import type { SmsMessage } from "../sms/message.ts";
import { type Channel, isTexted } from "./message.ts";
import type { SealedMessage } from "./new-outbox-message.ts";
import { judgeDelivery, SEND_LEASE_MS } from "./rules.ts";

type TakenMessage = {
  readonly id: string;
  readonly channel: Channel;
  readonly sealed: string;
  readonly attempts: number;
  readonly expiresAt: number;
  readonly account: {
    readonly email: string;
    readonly name: string;
    readonly locale: Locale | null;
  } | null;
};

/** One message on its way to one recipient. `life`: milliseconds for which its link or code is still good. */
export type Letter<Message> = {
  readonly message: Message;
  readonly to: string;
  readonly recipientName: string | null;
  /** The account's own, whatever address of it this goes to. */
  readonly locale: Locale;
  readonly life: number;
  readonly idempotencyKey: string;
};

export type DeliverMessageDeps = {
  readonly clock: Clock;
  readonly outbox: {
    take(id: string, now: number, leaseUntil: number): Promise<TakenMessage | null>;
    markSent(id: string): Promise<void>;
    postpone(id: string, dueAt: number, reason: string): Promise<void>;
    markDead(id: string, reason: string): Promise<void>;
  };
  readonly secrets: SecretRing;
  /** The way out for each channel. Never throws. */
  readonly channels: {
    email(letter: Letter<MailMessage>): Promise<SendOutcome>;
    sms(letter: Letter<SmsMessage>): Promise<SendOutcome>;
  };
};

/**
 * One attempt at one message: take it (or leave it to whoever has), send it, write down what came of
 * it. A Worker that dies in between loses nothing: the lease ends, and the retry says the same
 * idempotency key.
 */
export async function deliverMessage(deps: DeliverMessageDeps, id: string): Promise<void> {
  const now = deps.clock.now();
  const taken = await deps.outbox.take(id, now, now + SEND_LEASE_MS);
  if (!taken) return;
  if (taken.expiresAt <= now) return deps.outbox.markDead(id, "expired");
  const outcome = await send(deps, taken);
  const decision = judgeDelivery(outcome, taken, deps.clock.now());
  switch (decision.kind) {
    case "done":
      return deps.outbox.markSent(id);
    case "retry":
      return deps.outbox.postpone(id, decision.dueAt, decision.reason);
    case "bury":
      return deps.outbox.markDead(id, decision.reason);
  }
}

async function send(deps: DeliverMessageDeps, taken: TakenMessage): Promise<SendOutcome> {
  const opened = await unseal(deps.secrets, "seal-mail", taken.id, taken.sealed);
  if (opened === null) return { outcome: "refused", reason: "unsealable" };
  const { message, to = taken.account?.email } = JSON.parse(opened) as SealedMessage;
  if (!to) return { outcome: "refused", reason: "account_gone" };
  const letter = {
    to,
    recipientName: taken.account?.name ?? null,
    locale: taken.account?.locale ?? LOCALES[0],
    life: taken.expiresAt - deps.clock.now(),
    idempotencyKey: taken.id,
  };
  return isTexted(message)
    ? deps.channels.sms({ ...letter, message })
    : deps.channels.email({ ...letter, message });
}
