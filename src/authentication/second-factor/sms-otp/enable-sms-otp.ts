import { isAllowedCountry } from "../../../accounts/phone/rules.ts";
import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import { DAY } from "../../../core/clock.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { isRecentlyAuthenticated, mayEnrolFirstFactor } from "../../reauthentication/rules.ts";
import type { SwitchSmsOtpDeps, SwitchSmsOtpFailure, SwitchSmsOtpInput } from "./sms-otp-switch.ts";

/** Enables the texted code as a second factor. The session must be recently authenticated. Enabled already: no change. */
export async function enableSmsOtp(
  deps: SwitchSmsOtpDeps,
  { session, caller }: SwitchSmsOtpInput,
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
