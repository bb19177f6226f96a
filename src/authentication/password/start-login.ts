import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { CaptchaCheck } from "../../captcha/require-captcha.ts";
import type { Caller } from "../../core/caller.ts";
import type { Wait } from "../../core/clock.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { QueueRequest } from "../../queued-requests/queue-request.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { isDeviceStillKnown, type KnownDevice, recognizeDevice } from "../known-devices/device-token.ts";
import { lockoutKey, targetIdOf } from "../lockout/lockout-keys.ts";
import {
  FAILURES_BEFORE_CAPTCHA,
  mayBeReleased,
  RESERVATION_PAUSES,
  type StartedLockout,
  secondsUntil,
  startedLockout,
} from "../lockout/rules.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "../sign-in-outcome.ts";
import { judgeLogin, type LoginRefusal } from "./rules.ts";
import { emailKeyOf, type SignInName, type SignInNameDeps } from "./sign-in-name.ts";
import type { LoginRecord, PasswordStore } from "./store.ts";

export type StartLoginDeps = CompleteFirstFactorDeps &
  SignInNameDeps & {
    readonly passwords: Pick<
      PasswordStore,
      "findEmailKey" | "reserveAttempt" | "findByEmail" | "release" | "recordFailure"
    >;
    readonly queueRequest: QueueRequest;
    readonly hasher: PasswordHasher;
    readonly captcha: CaptchaCheck;
    readonly wait: Wait;
  };

/** Why a login ends without a session and without a challenge. */
export type LoginFailure =
  | SignInFailure
  /** Too many failures since the last success: only a password reset or an admin ends it. */
  | { readonly reason: "reset_required"; readonly retryAfter: number }
  | { readonly reason: LoginRefusal | "captcha_required" | "captcha_failed" | "captcha_unavailable" };

type LoginInput = {
  readonly name: SignInName;
  readonly password: string;
  readonly captchaToken?: string;
  /** The device tokens that the client presents. */
  readonly deviceTokens: readonly string[];
  /** The audience of the tokens. */
  readonly audience: string;
  /** False: the session ends with the browser session. */
  readonly rememberMe?: boolean;
  /** The session whose cookies the response replaces. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

type KeyedInput = Omit<LoginInput, "name"> & { readonly emailKey: string };

/**
 * Signs in by password, or starts the second factor. The attempt is counted before it is evaluated. An unknown
 * address or username costs the same work as a known one. Only a caller with the correct password learns the state of
 * the account.
 */
export async function startLogin(
  deps: StartLoginDeps,
  { name, ...rest }: LoginInput,
): Promise<Result<SignedIn | SecondFactorRequired, LoginFailure>> {
  const emailKey = await emailKeyOf(deps, name);
  const input = { ...rest, emailKey };
  const reserved = await reserveAttempt(deps, input);
  const { reservation, key, device, found, targetId } = reserved;
  if (reservation.kind === "locked") {
    await deps.passwords.recordFailure({
      failure: signInFailed(deps, input),
      emailKey,
      targetId,
    });
    const reason = reservation.needsReset ? "reset_required" : "locked";
    return err({ reason, retryAfter: secondsUntil(reservation.until, deps.clock.now()) });
  }
  const captchaOutcome = await checkCaptcha(deps, input, reservation.failures);
  if (captchaOutcome !== "passed") {
    await deps.passwords.release(key);
    return err({ reason: captchaOutcome === "unavailable" ? "captcha_unavailable" : captchaOutcome });
  }
  // A parallel sign-in may have stored a rehash of the same password. The retry belongs to the same attempt.
  return retryOnConflict(async (isRetry) => {
    const record = isRetry ? await deps.passwords.findByEmail(emailKey, device) : found;
    const attempt = { record, key, device };
    const evaluated = await evaluatePassword(deps, input, attempt);
    if (!evaluated.ok) {
      const lockout = startedLockout(reservation, device !== null);
      return refuseLogin(deps, input, { reason: evaluated.error, key, targetId, lockout });
    }
    const { firstFactor, factorFacts } = evaluated.value;
    return completeFirstFactor(deps, firstFactor, factorFacts);
  });
}

/**
 * Counts the attempt and reads the account. Attempts on known devices count apart, so that an attacker cannot
 * lock the owner out. Sign-ins that are being evaluated hold their attempts, so a sign-in that finds all of them taken
 * waits up to two seconds for one (security 54).
 */
async function reserveAttempt(deps: StartLoginDeps, { emailKey, deviceTokens }: KeyedInput) {
  const [unknownDevices, knownDevices, device] = await Promise.all([
    lockoutKey(deps, emailKey, "unknown-devices"),
    lockoutKey(deps, emailKey, "known-devices"),
    recognizeDevice(deps, deviceTokens, emailKey),
  ]);
  const keys = { unknownDevices, knownDevices };
  const attempt = { emailKey, keys, device };
  let reserved = await deps.passwords.reserveAttempt({ ...attempt, now: deps.clock.now() });
  for (const pause of RESERVATION_PAUSES) {
    const { reservation } = reserved;
    if (reservation.kind === "attempt" || !mayBeReleased(reservation, deps.clock.now())) break;
    await deps.wait(pause);
    reserved = await deps.passwords.reserveAttempt({ ...attempt, now: deps.clock.now() });
  }
  return { ...reserved, targetId: targetIdOf(unknownDevices) };
}

const signInFailed = (deps: StartLoginDeps, { caller }: Pick<LoginInput, "caller">) =>
  newAuditEvent(deps, { type: "sign_in_failed", details: { count: 1 } }, caller);

/** `failures`: the attempts that count, this one included. */
const checkCaptcha = (deps: StartLoginDeps, { captchaToken, caller }: KeyedInput, failures: number) =>
  deps.captcha.require({
    token: captchaToken,
    action: "login",
    ip: caller.ip,
    required: failures > FAILURES_BEFORE_CAPTCHA,
  });

type AttemptToEvaluate = {
  readonly record: LoginRecord | null;
  readonly key: string;
  readonly device: KnownDevice | null;
};

type EvaluatedPassword = {
  readonly firstFactor: FirstFactorResult;
  readonly factorFacts: FactorFacts;
};

/** Verifies the password. Without a record it verifies against a dummy hash, at the same cost. */
async function evaluatePassword(
  deps: Pick<StartLoginDeps, "hasher" | "clock">,
  { emailKey, password, audience, rememberMe, replaces, caller }: KeyedInput,
  { record, key, device }: AttemptToEvaluate,
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
  const client = { device: knownDevice, caller, audience, replaces };
  const firstFactor = { grant, emailKey, ...client, isPersistent: rememberMe ?? true };
  return ok({ firstFactor, factorFacts: record.factorFacts });
}

type RefusedLogin = {
  readonly reason: LoginRefusal;
  readonly key: string;
  readonly targetId: string;
  /** The lockout that the attempt started. */
  readonly lockout: StartedLockout | null;
};

/**
 * Releases the attempt if the password was correct and the account may not sign in. A wrong password stays
 * counted, and the audit log counts it. The one that starts a lockout queues its audit events and a notice for the
 * owner of the address. Both write the same rows if the address has no account.
 */
async function refuseLogin(
  deps: StartLoginDeps,
  { emailKey, caller }: KeyedInput,
  { reason, key, targetId, lockout }: RefusedLogin,
): Promise<Result<never, LoginFailure>> {
  if (reason === "email_not_verified" || reason === "account_deactivated") {
    await deps.passwords.release(key);
    return err({ reason });
  }
  const failure = signInFailed(deps, { caller });
  if (lockout) {
    const needsReset = lockout === "until_reset";
    const unlock = needsReset ? "reset" : "time";
    await deps.queueRequest(
      {
        kind: "lockout_notice",
        emailKey,
        targetId,
        failure,
        notice: needsReset ? "sign_in_stopped" : "account_locked",
        audit: newAuditEvent(deps, { type: "account_locked", details: { unlock } }, caller),
      },
      null,
    );
  } else {
    await deps.passwords.recordFailure({ failure, emailKey, targetId });
  }
  return err({ reason });
}
