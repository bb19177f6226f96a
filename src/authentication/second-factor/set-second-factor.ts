import type { Account } from "../../accounts/account.ts";
import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import {
  type ConfirmationFailure,
  type ConfirmPasswordDeps,
  confirmPassword,
} from "../reauthentication/confirm-password.ts";
import type { SecondFactorStore } from "./store.ts";

export type SetSecondFactorDeps = ConfirmPasswordDeps & {
  readonly logins: Pick<SecondFactorStore, "setEmailOtp">;
  readonly messages: Outbox;
};

type SecondFactorInput = {
  readonly account: Account;
  readonly enabled: boolean;
  readonly password: string;
  readonly caller: Caller;
};

/** Switches the mailed code of the caller's own sign-ins on or off. The value that is set already changes nothing. */
export async function setSecondFactor(
  deps: SetSecondFactorDeps,
  input: SecondFactorInput,
): Promise<Result<void, ConfirmationFailure>> {
  const { account, enabled, caller } = input;
  const confirmed = await confirmPassword(deps, account, input.password);
  if (!confirmed.ok) return confirmed;
  const now = deps.clock.now();
  const kind = enabled ? "second_factor_enabled" : "second_factor_disabled";
  const notice = await deps.messages.draft({ kind }, { expiresAt: now + DAY });
  const audit = newAuditEvent(
    deps,
    { type: "second_factor_changed", details: { enabled } },
    caller,
    account.id,
  );
  const { checkedHash } = confirmed.value;
  const outcome = await deps.logins.setEmailOtp({
    accountId: account.id,
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
