import { lockKey } from "../account-lock/lock-key.ts";
import { type DeviceTokenDeps, isStillKnown, recogniseDevice } from "../devices/device-token.ts";
import type { Caller } from "../kernel/caller.ts";
import { hashOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import { storedAddressKey } from "../kernel/email-address.ts";
import { newId } from "../kernel/ids.ts";
import { err, type Result } from "../kernel/result.ts";
import { type GoOnDeps, goOn } from "../sign-in/go-on.ts";
import type { SecondStepDue, SignedIn } from "../sign-in/outcome.ts";
import { whyNotAllowed } from "../sign-in/rules.ts";
import type { ExchangeFailure } from "./failures.ts";
import { type FollowSessionDeps, followSession } from "./follow-session.ts";
import type { LiveCode } from "./live-code.ts";

export type ExchangeCodeDeps = GoOnDeps &
  FollowSessionDeps &
  DeviceTokenDeps & {
    readonly loginCodes: { findLive(codeHash: string, now: number): Promise<LiveCode | null> };
  };

type Exchange = {
  readonly code: string;
  readonly codeVerifier: string;
  /** The page that asks, as its browser says; apps and servers have none. */
  readonly origin: string | undefined;
  readonly deviceToken: string | undefined;
  readonly caller: Caller;
};

/** Trades the code of a redirect for what `/login` gives: once, and for whom it was sent to. */
export async function exchangeCode(
  deps: ExchangeCodeDeps,
  input: Exchange,
): Promise<Result<SignedIn | SecondStepDue, ExchangeFailure>> {
  const now = deps.clock.now();
  const codeHash = await hashOneTimeToken(input.code);
  const found = await deps.loginCodes.findLive(codeHash, now);
  if (!found || !(await isForCaller(found, input))) return err({ reason: "code_dead" });
  const { account, parent } = found;
  const reason = whyNotAllowed(account);
  if (reason) return err({ reason });
  const emailKey = storedAddressKey(account.email);
  const known = await recogniseDevice(deps, input.deviceToken, emailKey);
  const device = known && isStillKnown(known, found) ? known : null;
  const { caller } = input;
  const spent = { accountId: account.id, codeHash, claim: newId(), now };
  if (parent) {
    const deviceToken = (device && input.deviceToken) ?? null;
    const { origin } = found;
    return followSession(deps, { step: { ...spent, by: "session" }, parent, origin, deviceToken, caller });
  }
  const step = {
    ...spent,
    by: "code",
    lockKey: await lockKey(deps, emailKey, device ? "known-devices" : "strangers"),
  } as const;
  const outcome = await goOn(deps, { step, emailKey, device, caller }, found.loginOtp);
  const isSpent = !outcome.ok && outcome.error.reason === "changed_meanwhile";
  return isSpent ? err({ reason: "code_dead" }) : outcome;
}

/** RFC 7636 §4.6. A code without a challenge is nobody's (RFC 9700 §4.8). */
async function isForCaller({ origin, codeChallenge }: LiveCode, input: Exchange): Promise<boolean> {
  if (input.origin !== undefined && input.origin !== origin) return false;
  return (await hashOneTimeToken(input.codeVerifier)) === codeChallenge;
}
