import type { Account } from "../../accounts/account.ts";
import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import {
  type ConfirmationFailure,
  type ConfirmPasswordDeps,
  confirmPassword,
} from "../reauthentication/confirm-password.ts";

export type SetSecondFactorDeps = ConfirmPasswordDeps & {
  readonly accounts: {
    setLoginOtp(draft: {
      accountId: string;
      checkedHash: string;
      enabled: boolean;
      notice: NewMessage;
      audit: NewAuditEvent;
      now: number;
    }): Promise<"changed" | "unchanged" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

type Choice = {
  readonly account: Account;
  readonly enabled: boolean;
  readonly password: string;
  readonly caller: Caller;
};

/** The person's own choice of a code by mail with every sign-in. Choosing what is, changes nothing. */
export async function setSecondFactor(
  deps: SetSecondFactorDeps,
  input: Choice,
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
  const draft = { accountId: account.id, checkedHash, enabled, notice, audit, now };
  const outcome = await deps.accounts.setLoginOtp(draft);
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  if (outcome === "changed") deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
