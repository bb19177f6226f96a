import { isAllowedCountry, type TextSettings } from "../../../accounts/phone/rules.ts";
import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../../core/caller.ts";
import { type Clock, DAY } from "../../../core/clock.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { isRecentlyAuthenticated, mayEnrolFirstFactor } from "../../reauthentication/rules.ts";
import type { SecondFactorSettings } from "../policy.ts";
import type { SmsOtpStore } from "./store.ts";

export type SwitchSmsOtpDeps = {
  readonly clock: Clock;
  readonly smsOtpFactors: SmsOtpStore;
  readonly messages: Outbox;
  readonly settings: TextSettings & { readonly secondFactor: SecondFactorSettings };
};

type SwitchInput = { readonly session: CurrentSession; readonly caller: Caller };

/** `texts_off`: this deployment does not allow the factor. `phone_missing`: the account has no verified number. */
export type SwitchSmsOtpFailure = {
  readonly reason: "texts_off" | "phone_missing" | "reauthentication_required" | "last_factor";
};

/** Enables the texted code as a second factor. The session must be recently authenticated. Enabled already: no change. */
export async function enableSmsOtp(
  deps: SwitchSmsOtpDeps,
  { session, caller }: SwitchInput,
): Promise<Result<void, SwitchSmsOtpFailure>> {
  const { settings } = deps;
  if (!settings.secondFactor.kinds.includes("sms_otp")) return err({ reason: "texts_off" });
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const { id, phone, phoneVerifiedAt } = session.account;
  if (phone === null || phoneVerifiedAt === null || !isAllowedCountry(settings, phone)) {
    return err({ reason: "phone_missing" });
  }
  const notice = await deps.messages.create({ kind: "sms_otp_enabled" }, { expiresAt: now + DAY });
  const event = { type: "second_factor_changed", details: { enabled: true } } as const;
  const outcome = await deps.smsOtpFactors.enable({
    session,
    factorId: newId(),
    phone,
    mayBeFirst: mayEnrolFirstFactor(session),
    notice,
    audit: newAuditEvent(deps, event, caller, id),
    now,
  });
  if (outcome === "refused") return err({ reason: "reauthentication_required" });
  if (outcome === "changed") deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}

/** Disables it, unless the policy requires a second factor and the account has no other one. */
export async function disableSmsOtp(
  deps: SwitchSmsOtpDeps,
  { session, caller }: SwitchInput,
): Promise<Result<void, SwitchSmsOtpFailure>> {
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const { id, role } = session.account;
  const notice = await deps.messages.create({ kind: "sms_otp_disabled" }, { expiresAt: now + DAY });
  const event = { type: "second_factor_changed", details: { enabled: false } } as const;
  const outcome = await deps.smsOtpFactors.disable({
    session,
    mayBeLast: deps.settings.secondFactor.policies[role] !== "required",
    notice,
    audit: newAuditEvent(deps, event, caller, id),
    now,
  });
  if (outcome === "last") return err({ reason: "last_factor" });
  if (outcome === "reauthentication_required") return err({ reason: outcome });
  if (outcome === "changed") deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
