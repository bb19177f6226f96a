import { type ProfileField, usernameKey } from "../accounts/account.ts";
import { type CheckNewPasswordDeps, checkNewPassword } from "../accounts/check-new-password.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import { DAY } from "../core/clock.ts";
import type { PasswordHasher } from "../core/crypto/password-hash.ts";
import type { EmailAddress } from "../core/email-address.ts";
import { newId } from "../core/ids.ts";
import type { Locale } from "../core/locale.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { NewEmailToken } from "./email-tokens/email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./email-tokens/new-email-token.ts";
import { missingProfileFields } from "./rules.ts";

export type RegisterAccountDeps = NewEmailTokenDeps &
  CheckNewPasswordDeps & {
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly registrations: {
      findWaiting(emailKey: string): Promise<string | null>;
      create(draft: {
        id: string;
        email: EmailAddress;
        passwordHash: string;
        name: string;
        locale: Locale;
        lastName: string | null;
        username: string | null;
        usernameKey: string | null;
        age: number | null;
        link: NewEmailToken;
        verification: NewMessage;
        notice: NewMessage;
        audit: NewAuditEvent;
        now: number;
      }): Promise<"created" | "address_taken" | "username_taken">;
    };
    readonly messages: Outbox;
    readonly captchaCheck: {
      require(claim: {
        token: string | undefined;
        action: "register";
        ip: string | null;
        asked: true;
      }): Promise<"human" | CaptchaRefusal>;
    };
    readonly settings: { readonly requiredProfileFields: readonly ProfileField[] };
  };

type CaptchaRefusal = "captcha_required" | "captcha_failed" | "unavailable";

type Registration = {
  readonly email: EmailAddress;
  readonly password: string;
  readonly name: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly age?: number;
  readonly captchaToken?: string;
  readonly caller: Caller;
};

export type RegistrationFailure =
  | { readonly reason: "profile_incomplete"; readonly fields: readonly ProfileField[] }
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem }
  | { readonly reason: "username_taken" }
  | { readonly reason: CaptchaRefusal };

/** What the caller learns: the same for an address that has an account already. */
type Registered = { readonly id: string; readonly name: string; readonly email: string };

/**
 * Creates an account that waits for its address to be proven. Where the address is taken, the same work
 * is done and the same answer given: its owner is told by mail, or, while nobody has proven it, gets a
 * new link for it.
 */
export async function registerAccount(
  deps: RegisterAccountDeps,
  input: Registration,
): Promise<Result<Registered, RegistrationFailure>> {
  const missing = missingProfileFields(input, deps.settings.requiredProfileFields);
  if (missing.length > 0) return err({ reason: "profile_incomplete", fields: missing });
  const { email, name, caller } = input;
  const username = input.username ?? null;
  const problem = await checkNewPassword(deps, input.password, {
    email: email.address,
    name,
    lastName: input.lastName ?? null,
    username,
  });
  if (problem) return err({ reason: "password_refused", problem });
  // Last of the checks: a captcha is good once, and should not be spent on a typing mistake.
  const claim = { token: input.captchaToken, action: "register", ip: caller.ip, asked: true } as const;
  const human = await deps.captchaCheck.require(claim);
  if (human !== "human") return err({ reason: human });

  // Under the salt of the one that waits, so that whoever only asks once more is told from a rival.
  const waiting = await deps.registrations.findWaiting(email.key);
  const passwordHash = await deps.hasher.hash(input.password, waiting);
  const now = deps.clock.now();
  const id = newId();
  const { link, url } = await newEmailToken(deps, "verify_email");
  const verification = await deps.messages.draft(
    { kind: "verify_email", url },
    { expiresAt: link.expiresAt },
  );
  const notice = await deps.messages.draft({ kind: "account_exists" }, { expiresAt: now + DAY });
  const outcome = await deps.registrations.create({
    id,
    email,
    passwordHash,
    name,
    locale: caller.locale,
    lastName: input.lastName ?? null,
    username,
    usernameKey: username === null ? null : usernameKey(username),
    age: input.age ?? null,
    link,
    verification,
    notice,
    audit: newAuditEvent(deps, { type: "account_registered" }, caller),
    now,
  });
  if (outcome === "username_taken") return err({ reason: "username_taken" });
  // At most one of the two was queued, and nobody can tell from here which.
  deps.messages.deliverSoon([verification.id, notice.id]);
  return ok({ id, name, email: email.address });
}
