import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { lockoutKey } from "../../authentication/lockout/lockout-keys.ts";
import { secondsUntil } from "../../authentication/lockout/rules.ts";
import { codeHashes } from "../../authentication/one-time-codes/new-code.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";

export type VerifyPhoneDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly phones: {
    answer(draft: {
      accountId: string;
      challengeId: string;
      attempt: string;
      codeHashes: readonly string[];
      lockoutKey: string;
      notice: NewMessage;
      audit: NewAuditEvent;
      now: number;
    }): Promise<
      { kind: "verified"; phone: string } | { kind: "refused" } | { kind: "locked"; until: number }
    >;
  };
  readonly messages: Outbox;
};

type Answer = {
  readonly accountId: string;
  readonly challengeId: string;
  readonly code: string;
  readonly caller: Caller;
};

/** `retryAfter` in seconds. */
export type VerifyPhoneFailure =
  | { readonly reason: "code_incorrect" }
  | { readonly reason: "locked"; readonly retryAfter: number };

/**
 * Proves the account's number by the code that was texted to it. A right code does not clear the
 * count of failures, nor take one off: with a phone of their own, whoever has stolen a session
 * would guess its password for ever.
 */
export async function verifyPhone(
  deps: VerifyPhoneDeps,
  input: Answer,
): Promise<Result<{ readonly phone: string }, VerifyPhoneFailure>> {
  const { accountId, challengeId, code, caller } = input;
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "phone_verified" }, { expiresAt: now + DAY });
  const outcome = await deps.phones.answer({
    accountId,
    challengeId,
    attempt: newId(),
    codeHashes: await codeHashes(deps, challengeId, code),
    lockoutKey: await lockoutKey(deps, accountId, "signed-in"),
    notice,
    audit: newAuditEvent(deps, { type: "phone_verified" }, caller, accountId),
    now,
  });
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  if (outcome.kind === "refused") return err({ reason: "code_incorrect" });
  deps.messages.deliverSoon([notice.id]);
  return ok({ phone: outcome.phone });
}
