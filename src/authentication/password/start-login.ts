import type { Account } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import { err, type Result } from "../../core/result.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import {
  type DeviceTokenDeps,
  isDeviceStillKnown,
  type KnownDevice,
  recognizeDevice,
} from "../known-devices/device-token.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { FAILURES_BEFORE_CAPTCHA, type Reservation, secondsUntil } from "../lockout/rules.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { SecondFactorRequired, SignedIn } from "../sign-in-outcome.ts";
import type { LoginFailure } from "./login-failure.ts";
import { type RefuseLoginDeps, refuseLogin } from "./refuse-login.ts";
import { judgeLogin } from "./rules.ts";

type Facts = {
  readonly account: Account;
  readonly passwordHash: string | null;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
};

export type StartLoginDeps = DeviceTokenDeps &
  CompleteFirstFactorDeps &
  RefuseLoginDeps & {
    readonly logins: {
      begin(
        emailKey: string,
        lockoutKey: string,
        now: number,
      ): Promise<{ reservation: Reservation; found: Facts | null }>;
      lookAgain(emailKey: string): Promise<Facts | null>;
      release(lockoutKey: string): Promise<void>;
    };
    readonly hasher: PasswordHasher;
    readonly captchaCheck: {
      require(request: {
        token: string | undefined;
        action: "login";
        ip: string | null;
        asked: boolean;
      }): Promise<"human" | "captcha_required" | "captcha_failed" | "unavailable">;
    };
  };

type Login = {
  readonly email: EmailAddress;
  readonly password: string;
  readonly captchaToken?: string;
  readonly deviceToken?: string;
  readonly caller: Caller;
};

/**
 * Signs in by password, or opens the second step. The attempt is counted before it is evaluated, an
 * unknown address costs the same work as a known one, and what is wrong with an account is said only
 * to whoever knows its password.
 */
export async function startLogin(
  deps: StartLoginDeps,
  input: Login,
): Promise<Result<SignedIn | SecondFactorRequired, LoginFailure>> {
  const attempt = await begin(deps, input);
  const { key, reservation } = attempt;
  if (reservation.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(reservation.until, deps.clock.now()) });
  }
  const human = await deps.captchaCheck.require({
    token: input.captchaToken,
    action: "login",
    ip: input.caller.ip,
    asked: reservation.failures > FAILURES_BEFORE_CAPTCHA,
  });
  if (human !== "human") {
    await deps.logins.release(key);
    return err({ reason: human === "unavailable" ? "captcha_unavailable" : human });
  }
  const { failures } = reservation;
  // Another sign-in of the same moment may have hashed the same password anew. It is one attempt all the same.
  return retryOnConflict(async (isSecondLook) => {
    const found = isSecondLook ? await deps.logins.lookAgain(input.email.key) : attempt.found;
    return enter(deps, input, { ...attempt, found, failures });
  });
}

type Counted = {
  readonly device: KnownDevice | null;
  readonly key: string;
  /** Attempts in the window, this one included. */
  readonly failures: number;
  readonly found: Facts | null;
};

/** Evaluates an attempt that has been counted, against the account as it was found. */
async function enter(
  deps: StartLoginDeps,
  { email, password, caller }: Login,
  { key, failures, found, ...known }: Counted,
): Promise<Result<SignedIn | SecondFactorRequired, LoginFailure>> {
  const verdict = await deps.hasher.verify(found?.passwordHash ?? null, password);
  const refusal = judgeLogin(found?.account ?? null, verdict);
  if (refusal || !found?.passwordHash) {
    return refuseLogin(deps, { reason: refusal ?? "no_such_account", email, key, failures });
  }
  const step = {
    by: "password",
    accountId: found.account.id,
    checkedHash: found.passwordHash,
    rehash: verdict === "match_outdated" ? await deps.hasher.hash(password) : null,
    lockoutKey: key,
    now: deps.clock.now(),
  } as const;
  const device = known.device && isDeviceStillKnown(known.device, found) ? known.device : null;
  return completeFirstFactor(deps, { step, emailKey: email.key, device, caller }, found.loginOtp);
}

/** Counts the attempt: for a known device on its own, so that strangers cannot lock its owner out. */
async function begin(deps: StartLoginDeps, input: Login) {
  const { email, deviceToken } = input;
  const now = deps.clock.now();
  const attempt = async (device: KnownDevice | null) => {
    const key = await lockoutKey(deps, email.key, device ? "known-devices" : "strangers");
    return { device, key, ...(await deps.logins.begin(email.key, key, now)) };
  };
  const first = await attempt(await recognizeDevice(deps, deviceToken, email.key));
  if (!first.device || !first.found || isDeviceStillKnown(first.device, first.found)) return first;
  // A reset has made this device a stranger, who counts with the strangers.
  await deps.logins.release(first.key);
  return attempt(null);
}
