import { type Clock, DAY } from "../../core/clock.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import { err, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { MAX_FAILURES } from "../lockout/rules.ts";
import type { LoginFailure } from "./login-failure.ts";

export type RefuseLoginDeps = {
  readonly clock: Clock;
  readonly logins: {
    release(lockoutKey: string): Promise<void>;
    noticeLock(emailKey: string, notice: NewMessage, now: number): Promise<void>;
  };
  readonly messages: Outbox;
};

type Refusal = {
  readonly reason: "no_such_account" | "wrong_password" | "email_not_verified" | "account_deactivated";
  readonly email: EmailAddress;
  readonly key: string;
  /** Attempts in the window, this one included. */
  readonly failures: number;
};

/**
 * Ends a login. A wrong password stays counted, and the one that shuts the lock is followed by a mail
 * to the address's owner, if it has one; a right password of an account that may not sign in is no
 * failure.
 */
export async function refuseLogin(
  deps: RefuseLoginDeps,
  refusal: Refusal,
): Promise<Result<never, LoginFailure>> {
  const { reason, email, key, failures } = refusal;
  if (reason === "email_not_verified" || reason === "account_deactivated") {
    await deps.logins.release(key);
  } else if (failures >= MAX_FAILURES) {
    const now = deps.clock.now();
    const notice = await deps.messages.draft({ kind: "account_locked" }, { expiresAt: now + DAY });
    await deps.logins.noticeLock(email.key, notice, now);
    deps.messages.deliverSoon([notice.id]);
  }
  return err({ reason });
}
