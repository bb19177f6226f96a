import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { isRecentlyAuthenticated } from "../reauthentication/rules.ts";
import { type EnrolmentRefusal, enrolmentRefusal } from "./enrolment-rules.ts";
import type { FactorChangeStore } from "./factor-change-store.ts";
import type { SecondFactorSettings } from "./policy.ts";

export type SetPasskeyAsSecondFactorDeps = {
  readonly clock: Clock;
  readonly settings: { readonly secondFactor: SecondFactorSettings };
  readonly factorChanges: Pick<FactorChangeStore, "setSecondFactor">;
  readonly messages: Outbox;
};

export type SetPasskeyAsSecondFactorFailure = {
  readonly reason: EnrolmentRefusal | "not_found" | "last_second_factor";
};

type SetPasskeyAsSecondFactorInput = {
  readonly session: CurrentSession;
  readonly id: string;
  readonly isSecondFactor: boolean;
  readonly caller: Caller;
};

/**
 * Chooses whether a sign-in asks for one of the user's passkeys after the first factor. The value that is set already
 * changes nothing.
 */
export async function setPasskeyAsSecondFactor(
  deps: SetPasskeyAsSecondFactorDeps,
  { session, id, isSecondFactor, caller }: SetPasskeyAsSecondFactorInput,
): Promise<Result<void, SetPasskeyAsSecondFactorFailure>> {
  const { account } = session;
  const now = deps.clock.now();
  const settings = deps.settings.secondFactor;
  const refusal = isSecondFactor ? enrolmentRefusal({ session, kind: "passkey", settings, now }) : null;
  if (refusal) return err({ reason: refusal });
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const event = { type: "factor_changed", details: { factorId: id, changes: "isSecondFactor" } } as const;
  const kind = isSecondFactor ? "passkey_second_factor_on" : "passkey_second_factor_off";
  const notice = await deps.messages.create({ kind }, { expiresAt: now + DAY });
  const outcome = await deps.factorChanges.setSecondFactor({
    session,
    id,
    isSecondFactor,
    mustKeepOne: settings.policies[account.role] === "required",
    notice,
    audit: newAuditEvent(deps, event, caller, account.id),
    now,
  });
  if (outcome === "changed") deps.messages.deliverSoon([notice.id]);
  return outcome === "changed" || outcome === "unchanged" ? ok(undefined) : err({ reason: outcome });
}
