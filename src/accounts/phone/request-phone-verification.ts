import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { lockoutKey } from "../../authentication/lockout/lockout-keys.ts";
import { secondsUntil } from "../../authentication/lockout/rules.ts";
import { newCode } from "../../authentication/one-time-codes/new-code.ts";
import { OTP_TTL_MS } from "../../authentication/one-time-codes/one-time-code.ts";
import { isRecentlyAuthenticated } from "../../authentication/reauthentication/rules.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, DAY, SECOND } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import type { PhoneNumber } from "../../core/phone-number.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { ClientLimits } from "../../rate-limit/client-limits.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { isAllowedCountry, type TextSettings } from "./rules.ts";
import type { PhoneStore } from "./store.ts";

export type RequestPhoneVerificationDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly settings: TextSettings;
  readonly phones: Pick<PhoneStore, "requestVerification">;
  readonly clientLimits: ClientLimits;
  readonly messages: Outbox;
};

type RequestPhoneVerificationInput = {
  readonly session: CurrentSession;
  readonly phone: PhoneNumber;
  readonly caller: Caller;
};

/** `retryAfter` and `expiresIn` in seconds. `texts_off`: no SMS provider is configured. */
export type RequestPhoneVerificationFailure =
  | { readonly reason: "texts_off" | "country_refused" | "account_not_active" | "reauthentication_required" }
  | { readonly reason: "send_cap"; readonly retryAfter: number };

/**
 * Texts a code to a number. A number that differs from the account's replaces it and is unverified.
 * The session must be recently authenticated. Numbers are not unique, so the result does not reveal whether another account has this one.
 */
export async function requestPhoneVerification(
  deps: RequestPhoneVerificationDeps,
  input: RequestPhoneVerificationInput,
): Promise<
  Result<{ readonly challengeId: string; readonly expiresIn: number }, RequestPhoneVerificationFailure>
> {
  if (!deps.settings.canText) return err({ reason: "texts_off" });
  const { session, phone, caller } = input;
  const accountId = session.account.id;
  if (!isAllowedCountry(deps.settings, phone)) return err({ reason: "country_refused" });
  const now = deps.clock.now();
  if (!isRecentlyAuthenticated(session, now)) return err({ reason: "reauthentication_required" });
  const expiresAt = now + OTP_TTL_MS;
  const id = newId();
  const { code, codeHash } = await newCode(deps, id);
  const text = await deps.messages.create({ kind: "phone_code", code }, { expiresAt, to: phone });
  const removalNotice = await deps.messages.create({ kind: "phone_removed" }, { expiresAt: now + DAY });
  const outcome = await deps.phones.requestVerification({
    session,
    phone,
    challenge: {
      id,
      purpose: "phone",
      phone,
      codeHash,
      // The caller is signed in: wrong codes and wrong passwords share one counter (security 17).
      lockoutKey: await lockoutKey(deps, accountId, "signed-in"),
      newDevice: false,
      createdAt: now,
      expiresAt,
    },
    text,
    removalNotice,
    clientLimits: await deps.clientLimits("text", caller.ip),
    audit: newAuditEvent(deps, { type: "phone_change_requested" }, caller, accountId),
    now,
  });
  if (outcome.kind === "account_not_active" || outcome.kind === "reauthentication_required") {
    return err({ reason: outcome.kind });
  }
  if (outcome.kind === "send_cap") {
    return err({ reason: "send_cap", retryAfter: secondsUntil(outcome.retryAt, now) });
  }
  deps.messages.deliverSoon([text.id, removalNotice.id]);
  return ok({ challengeId: id, expiresIn: OTP_TTL_MS / SECOND });
}
