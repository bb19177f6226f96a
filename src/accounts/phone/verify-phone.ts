import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { lockoutKey } from "../../authentication/lockout/lockout-keys.ts";
import { secondsUntil } from "../../authentication/lockout/rules.ts";
import { codeHashes } from "../../authentication/one-time-codes/new-code.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { PhoneStore } from "./store.ts";

export type VerifyPhoneDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly phones: Pick<PhoneStore, "verify">;
  readonly messages: Outbox;
};

type VerifyPhoneInput = {
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
 * Verifies the account's number with the texted code. A correct code does not reset or decrement the
 * failure counter: otherwise the thief of a session could use their own phone to reset it and guess
 * the password without limit.
 */
export async function verifyPhone(
  deps: VerifyPhoneDeps,
  input: VerifyPhoneInput,
): Promise<Result<{ readonly phone: string }, VerifyPhoneFailure>> {
  const { accountId, challengeId, code, caller } = input;
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "phone_verified" }, { expiresAt: now + DAY });
  const outcome = await deps.phones.verify({
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
