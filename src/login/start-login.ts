import { lockKey } from "../account-lock/lock-key.ts";
import { FAILURES_BEFORE_CAPTCHA, type Reservation, secondsUntil } from "../account-lock/rules.ts";
import type { Account } from "../accounts/account.ts";
import {
  type DeviceTokenDeps,
  isStillKnown,
  type KnownDevice,
  recogniseDevice,
} from "../devices/device-token.ts";
import type { Caller } from "../kernel/caller.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { err, type Result } from "../kernel/result.ts";
import { type GoOnDeps, goOn } from "../sign-in/go-on.ts";
import type { SecondStepDue, SignedIn } from "../sign-in/outcome.ts";
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
  GoOnDeps &
  RefuseLoginDeps & {
    readonly logins: {
      begin(
        emailKey: string,
        lockKey: string,
        now: number,
      ): Promise<{ reservation: Reservation; found: Facts | null }>;
      release(lockKey: string): Promise<void>;
    };
    readonly hasher: PasswordHasher;
    readonly humans: {
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
  isSecondLook = false,
): Promise<Result<SignedIn | SecondStepDue, LoginFailure>> {
  const { device, key, reservation, found } = await begin(deps, input);
  if (reservation.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(reservation.until, deps.clock.now()) });
  }
  const human = await deps.humans.require({
    token: input.captchaToken,
    action: "login",
    ip: input.caller.ip,
    asked: reservation.failures > FAILURES_BEFORE_CAPTCHA,
  });
  if (human !== "human") {
    await deps.logins.release(key);
    return err({ reason: human === "unavailable" ? "captcha_unavailable" : human });
  }
  const verdict = await deps.hasher.verify(found?.passwordHash ?? null, input.password);
  const refusal = judgeLogin(found?.account ?? null, verdict);
  if (refusal || !found?.passwordHash) {
    const reason = refusal ?? "no_such_account";
    return refuseLogin(deps, { reason, email: input.email, key, failures: reservation.failures });
  }
  const rehash = verdict === "match_outdated" ? await deps.hasher.hash(input.password) : null;
  const step = {
    by: "password",
    accountId: found.account.id,
    checkedHash: found.passwordHash,
    rehash,
    lockKey: key,
    now: deps.clock.now(),
  } as const;
  const person = { step, emailKey: input.email.key, device, caller: input.caller };
  const outcome = await goOn(deps, person, found.loginOtp);
  // Another sign-in of the same moment may have hashed the same password anew: then it is looked at
  // once more, as it is now.
  const lostToRehash = !outcome.ok && outcome.error.reason === "changed_meanwhile" && rehash !== null;
  return lostToRehash && !isSecondLook ? startLogin(deps, input, true) : outcome;
}

/** Counts the attempt: for a known device on its own, so that strangers cannot lock its owner out. */
async function begin(deps: StartLoginDeps, input: Login) {
  const { email, deviceToken } = input;
  const now = deps.clock.now();
  const attempt = async (device: KnownDevice | null) => {
    const key = await lockKey(deps, email.key, device ? "known-devices" : "strangers");
    return { device, key, ...(await deps.logins.begin(email.key, key, now)) };
  };
  const first = await attempt(await recogniseDevice(deps, deviceToken, email.key));
  if (!first.device || !first.found || isStillKnown(first.device, first.found)) return first;
  // A reset has made this device a stranger, who counts with the strangers.
  await deps.logins.release(first.key);
  return attempt(null);
}
