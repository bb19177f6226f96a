import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import { DAY } from "../../../core/clock.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { isRecentlyAuthenticated } from "../../reauthentication/rules.ts";
import type { SwitchSmsOtpDeps, SwitchSmsOtpFailure, SwitchSmsOtpInput } from "./sms-otp-switch.ts";

/** Disables it, unless the policy requires a second factor and the account has no other one. */
export async function disableSmsOtp(
  deps: SwitchSmsOtpDeps,
  { session, caller }: SwitchSmsOtpInput,
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
