import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { lockoutKey } from "../../authentication/lockout/lockout-keys.ts";
import { secondsUntil } from "../../authentication/lockout/rules.ts";
import { newCode } from "../../authentication/one-time-codes/new-code.ts";
import {
  type NewOneTimeCodeChallenge,
  OTP_TTL_MS,
} from "../../authentication/one-time-codes/one-time-code.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY, SECOND } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import type { PhoneNumber } from "../../core/phone-number.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";

export type RequestPhoneVerificationDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly settings: {
    readonly canText: boolean;
    /** Calling codes that may be texted; empty for all. */
    readonly smsCountries: readonly string[];
  };
  readonly phones: {
    ask(draft: {
      accountId: string;
      phone: PhoneNumber;
      challenge: NewOneTimeCodeChallenge;
      text: NewMessage;
      lossNotice: NewMessage;
      audit: NewAuditEvent;
      now: number;
    }): Promise<{ kind: "asked" } | { kind: "send_cap"; retryAt: number } | { kind: "account_not_active" }>;
  };
  readonly messages: Outbox;
};

type Request = { readonly accountId: string; readonly phone: PhoneNumber; readonly caller: Caller };

/** `retryAfter` and `expiresIn` in seconds. `texts_off`: there is nobody to send text messages by. */
export type RequestPhoneVerificationFailure =
  | { readonly reason: "texts_off" | "country_refused" | "account_not_active" }
  | { readonly reason: "send_cap"; readonly retryAfter: number };

/**
 * Texts a code to a number, which becomes the account's, unproven, where it is another one than
 * before. Numbers are not unique: nobody learns whether somebody else has this one too.
 */
export async function requestPhoneVerification(
  deps: RequestPhoneVerificationDeps,
  input: Request,
): Promise<
  Result<{ readonly challengeId: string; readonly expiresIn: number }, RequestPhoneVerificationFailure>
> {
  if (!deps.settings.canText) return err({ reason: "texts_off" });
  const { accountId, phone, caller } = input;
  const { smsCountries } = deps.settings;
  // Texts to far countries are what toll fraud lives on.
  if (smsCountries.length > 0 && !smsCountries.some((code) => phone.startsWith(code))) {
    return err({ reason: "country_refused" });
  }
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const id = newId();
  const { code, codeHash } = await newCode(deps, id);
  const text = await deps.messages.draft({ kind: "phone_code", code }, { expiresAt, to: phone });
  const lossNotice = await deps.messages.draft({ kind: "phone_removed" }, { expiresAt: now + DAY });
  const outcome = await deps.phones.ask({
    accountId,
    phone,
    challenge: {
      id,
      purpose: "phone",
      phone,
      codeHash,
      // Guessed by whoever is signed in: one count with the guesses at their password (security 17).
      lockoutKey: await lockoutKey(deps, accountId, "signed-in"),
      newDevice: false,
      createdAt: now,
      expiresAt,
    },
    text,
    lossNotice,
    audit: newAuditEvent(deps, { type: "phone_change_requested" }, caller, accountId),
    now,
  });
  if (outcome.kind === "account_not_active") return err({ reason: outcome.kind });
  if (outcome.kind === "send_cap") {
    return err({ reason: "send_cap", retryAfter: secondsUntil(outcome.retryAt, now) });
  }
  deps.messages.deliverSoon([text.id, lossNotice.id]);
  return ok({ challengeId: id, expiresIn: OTP_TTL_MS / SECOND });
}
