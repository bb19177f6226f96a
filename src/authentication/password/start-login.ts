import type { CaptchaCheck } from "../../captcha/require-captcha.ts";
import type { Caller } from "../../core/caller.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { QueueRequest } from "../../queued-requests/queue-request.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { isDeviceStillKnown, type KnownDevice, recognizeDevice } from "../known-devices/device-token.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { FAILURES_BEFORE_CAPTCHA, MAX_FAILURES, secondsUntil } from "../lockout/rules.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { EnabledFactor } from "../second-factor/second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "../sign-in-outcome.ts";
import { judgeLogin, type LoginRefusal } from "./rules.ts";
import type { LoginRecord, PasswordStore } from "./store.ts";

export type StartLoginDeps = CompleteFirstFactorDeps & {
  readonly passwords: Pick<PasswordStore, "reserveAttempt" | "findByEmail" | "release">;
  readonly queueRequest: QueueRequest;
  readonly hasher: PasswordHasher;
  readonly captcha: CaptchaCheck;
};

/** Why a login ends without a session and without a challenge. */
export type LoginFailure =
  | SignInFailure
  | { readonly reason: LoginRefusal | "captcha_required" | "captcha_failed" | "captcha_unavailable" };

type LoginInput = {
  readonly email: EmailAddress;
  readonly password: string;
  readonly captchaToken?: string;
  readonly deviceToken?: string;
  /** The audience of the tokens. */
  readonly audience: string;
  readonly caller: Caller;
};

/**
 * Signs in by password, or starts the second factor. The attempt is counted before it is evaluated. An unknown
 * address costs the same work as a known one. Only a caller with the correct password learns the state of
 * the account.
 */
export async function startLogin(
  deps: StartLoginDeps,
  input: LoginInput,
): Promise<Result<SignedIn | SecondFactorRequired, LoginFailure>> {
  const { email } = input;
  const { reservation, key, device, found } = await reserveAttempt(deps, input);
  if (reservation.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(reservation.until, deps.clock.now()) });
  }
  const { failures } = reservation;
  const captchaOutcome = await checkCaptcha(deps, input, failures);
  if (captchaOutcome !== "passed") {
    await deps.passwords.release(key);
    return err({ reason: captchaOutcome === "unavailable" ? "captcha_unavailable" : captchaOutcome });
  }
  // A parallel sign-in may have stored a rehash of the same password. The retry belongs to the same attempt.
  return retryOnConflict(async (isRetry) => {
    const record = isRetry ? await deps.passwords.findByEmail(email.key) : found;
    const evaluated = await evaluatePassword(deps, input, { record, key, device });
    if (!evaluated.ok) return refuseLogin(deps, { reason: evaluated.error, email, key, failures });
    const { firstFactor, enabledFactors } = evaluated.value;
    return completeFirstFactor(deps, firstFactor, enabledFactors);
  });
}

/**
 * Counts the attempt and reads the account. Attempts on known devices count apart, so that an attacker cannot
 * lock the owner out.
 */
async function reserveAttempt(deps: StartLoginDeps, { email, deviceToken }: LoginInput) {
  const now = deps.clock.now();
  const reserve = async (device: KnownDevice | null) => {
    const key = await lockoutKey(deps, email.key, device ? "known-devices" : "unknown-devices");
    return { device, key, ...(await deps.passwords.reserveAttempt(email.key, key, now)) };
  };
  const attempt = await reserve(await recognizeDevice(deps, deviceToken, email.key));
  if (!attempt.device || !attempt.found || isDeviceStillKnown(attempt.device, attempt.found)) return attempt;
  // A password reset has made this device unknown, so the attempt counts as one of an unknown device.
  await deps.passwords.release(attempt.key);
  return reserve(null);
}

/** `failures`: the attempts that count, this one included. */
const checkCaptcha = (deps: StartLoginDeps, { captchaToken, caller }: LoginInput, failures: number) =>
  deps.captcha.require({
    token: captchaToken,
    action: "login",
    ip: caller.ip,
    required: failures > FAILURES_BEFORE_CAPTCHA,
  });

type ReservedAttempt = {
  readonly record: LoginRecord | null;
  readonly key: string;
  readonly device: KnownDevice | null;
};

type EvaluatedPassword = {
  readonly firstFactor: FirstFactorResult;
  readonly enabledFactors: readonly EnabledFactor[];
};

/** Verifies the password. Without a record it verifies against a dummy hash, at the same cost. */
async function evaluatePassword(
  deps: Pick<StartLoginDeps, "hasher" | "clock">,
  { email, password, audience, caller }: LoginInput,
  { record, key, device }: ReservedAttempt,
): Promise<Result<EvaluatedPassword, LoginRefusal>> {
  const verdict = await deps.hasher.verify(record?.passwordHash ?? null, password);
  const refusal = judgeLogin(record?.account ?? null, verdict);
  if (refusal || !record?.passwordHash) return err(refusal ?? "no_such_account");
  const grant = {
    by: "password",
    accountId: record.account.id,
    checkedHash: record.passwordHash,
    rehash: verdict === "match_outdated" ? await deps.hasher.hash(password) : null,
    lockoutKey: key,
    now: deps.clock.now(),
  } as const;
  const knownDevice = device && isDeviceStillKnown(device, record) ? device : null;
  const firstFactor = { grant, emailKey: email.key, device: knownDevice, caller, audience };
  return ok({ firstFactor, enabledFactors: record.enabledFactors });
}

type RefusedAttempt = {
  readonly reason: LoginRefusal;
  readonly email: EmailAddress;
  readonly key: string;
  readonly failures: number;
};

/**
 * Releases the attempt if the password was correct and the account may not sign in. A wrong password stays
 * counted. The failure that starts the lockout queues a notice for the owner of the address, with the same rows if it has none.
 */
async function refuseLogin(
  deps: StartLoginDeps,
  { reason, email, key, failures }: RefusedAttempt,
): Promise<Result<never, LoginFailure>> {
  if (reason === "email_not_verified" || reason === "account_deactivated") {
    await deps.passwords.release(key);
  } else if (failures >= MAX_FAILURES) {
    await deps.queueRequest({ kind: "lockout_notice", emailKey: email.key }, null);
  }
  return err({ reason });
}
