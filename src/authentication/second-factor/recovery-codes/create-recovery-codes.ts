import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../../core/caller.ts";
import { type Clock, DAY } from "../../../core/clock.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { type EnrolmentRefusal, enrolmentRefusal } from "../enrolment-rules.ts";
import type { SecondFactorSettings } from "../policy.ts";
import { hashRecoveryCode, newRecoveryCode, RECOVERY_CODE_COUNT } from "./recovery-code.ts";
import type { RecoveryCodeStore } from "./store.ts";

export type CreateRecoveryCodesDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly settings: { readonly secondFactor: SecondFactorSettings };
  readonly recoveryCodes: Pick<RecoveryCodeStore, "replace">;
  readonly messages: Outbox;
};

/** `no_second_factor`: the account has none that the codes could stand in for. */
export type CreateRecoveryCodesFailure = {
  readonly reason: EnrolmentRefusal | "no_second_factor";
};

/** Replaces the recovery codes of an account by a new set. Only this result has the codes. The owner is mailed. */
export async function createRecoveryCodes(
  deps: CreateRecoveryCodesDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<readonly string[], CreateRecoveryCodesFailure>> {
  const now = deps.clock.now();
  const accountId = session.account.id;
  const settings = deps.settings.secondFactor;
  const refusal = enrolmentRefusal({ session, kind: "recovery_code", settings, now });
  if (refusal) return err({ reason: refusal });
  const codes = Array.from({ length: RECOVERY_CODE_COUNT }, newRecoveryCode);
  const stored = codes.map(async (code) => ({
    id: newId(),
    codeHash: await hashRecoveryCode(deps, accountId, code),
  }));
  const notice = await deps.messages.create({ kind: "recovery_codes_created" }, { expiresAt: now + DAY });
  const outcome = await deps.recoveryCodes.replace({
    session,
    codes: await Promise.all(stored),
    notice,
    audit: newAuditEvent(deps, { type: "recovery_codes_created" }, caller, accountId),
    now,
  });
  if (outcome !== "replaced") return err({ reason: outcome });
  deps.messages.deliverSoon([notice.id]);
  return ok(codes);
}
