import type { Clock } from "../kernel/clock.ts";
import { unseal } from "../kernel/crypto/seal.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import type { SealedMail } from "./draft-mail.ts";
import type { MailBrand } from "./messages/render-message.tsx";
import { renderMessage } from "./messages/render-message.tsx";
import type { Email, MailProvider, SendOutcome } from "./port.ts";
import { judgeDelivery, SEND_LEASE } from "./rules.ts";

type TakenMail = {
  readonly id: string;
  readonly sealed: string;
  readonly attempts: number;
  readonly expiresAt: number;
  readonly account: { readonly email: string; readonly name: string } | null;
};

export type DeliverMailDeps = {
  readonly clock: Clock;
  readonly outbox: {
    take(id: string, now: number, leaseUntil: number): Promise<TakenMail | null>;
    markSent(id: string): Promise<void>;
    postpone(id: string, dueAt: number, reason: string): Promise<void>;
    bury(id: string, reason: string): Promise<void>;
  };
  readonly secrets: SecretRing;
  readonly provider: MailProvider;
  readonly settings: { readonly mailFrom: Email["from"]; readonly brand: MailBrand };
};

/**
 * One attempt at one mail: take it (or leave it to whoever has), send it, write down what came of it.
 * A Worker that dies in between loses nothing: the lease ends, and the retry says the same
 * idempotency key.
 */
export async function deliverMail(deps: DeliverMailDeps, id: string): Promise<void> {
  const now = deps.clock.now();
  const mail = await deps.outbox.take(id, now, now + SEND_LEASE);
  if (!mail) return;
  if (mail.expiresAt <= now) return deps.outbox.bury(id, "expired");
  const outcome = await send(deps, mail);
  const decision = judgeDelivery(outcome, mail, deps.clock.now());
  switch (decision.kind) {
    case "done":
      return deps.outbox.markSent(id);
    case "retry":
      return deps.outbox.postpone(id, decision.dueAt, decision.reason);
    case "bury":
      return deps.outbox.bury(id, decision.reason);
  }
}

async function send(deps: DeliverMailDeps, mail: TakenMail): Promise<SendOutcome> {
  const opened = await unseal(deps.secrets, "seal-mail", mail.id, mail.sealed);
  if (opened === null) return { outcome: "refused", reason: "unsealable" };
  const { message, to = mail.account?.email } = JSON.parse(opened) as SealedMail;
  if (!to) return { outcome: "refused", reason: "account_gone" };
  const rendered = renderMessage({
    message,
    recipientName: mail.account?.name ?? null,
    brand: deps.settings.brand,
    locale: "en",
    life: mail.expiresAt - deps.clock.now(),
  });
  return deps.provider.send({ from: deps.settings.mailFrom, to, ...rendered, idempotencyKey: mail.id });
}
