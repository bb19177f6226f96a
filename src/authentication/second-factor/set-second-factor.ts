import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import {
  type PasswordFailure,
  type ReauthenticateDeps,
  reauthenticate,
} from "../reauthentication/reauthenticate.ts";
import { hasShownPossession } from "../reauthentication/rules.ts";
import type { EmailOtpStore } from "./email-otp-store.ts";

export type SetSecondFactorDeps = ReauthenticateDeps & {
  readonly emailOtpFactors: EmailOtpStore;
  readonly messages: Outbox;
};

type SecondFactorInput = {
  readonly session: CurrentSession;
  readonly enabled: boolean;
  readonly password: string;
  readonly caller: Caller;
};

/**
 * Switches the mailed code of the caller's own sign-ins on or off. The value that is set already changes nothing. Switching
 * it on enrols a factor, for which the password is not enough (`hasShownPossession`).
 */
export async function setSecondFactor(
  deps: SetSecondFactorDeps,
  input: SecondFactorInput,
): Promise<Result<void, PasswordFailure>> {
  const { session, enabled, caller } = input;
  const { account } = session;
  const proof = await reauthenticate(deps, { session, method: "password", password: input.password });
  if (!proof.ok) return proof;
  if (enabled && !hasShownPossession(session)) return err({ reason: "reauthentication_required" });
  const now = deps.clock.now();
  const kind = enabled ? "second_factor_enabled" : "second_factor_disabled";
  const notice = await deps.messages.create({ kind }, { expiresAt: now + DAY });
  const audit = newAuditEvent(
    deps,
    { type: "second_factor_changed", details: { enabled } },
    caller,
    account.id,
  );
  const { checkedHash } = proof.value;
  const outcome = await deps.emailOtpFactors.set({
    session,
    factorId: newId(),
    checkedHash,
    enabled,
    notice,
    audit,
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  if (outcome === "changed") deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
