import {
  type CompleteFirstFactorDeps,
  completeFirstFactor,
} from "../authentication/complete-first-factor.ts";
import {
  type DeviceTokenDeps,
  isDeviceOfAddress,
  isDeviceStillKnown,
  readDeviceToken,
} from "../authentication/known-devices/device-token.ts";
import { lockoutKey } from "../authentication/lockout/lockout-keys.ts";
import { accountNotAllowedReason } from "../authentication/rules.ts";
import type { SecondFactorRequired, SignedIn } from "../authentication/sign-in-outcome.ts";
import type { Caller } from "../core/caller.ts";
import { hashOneTimeToken } from "../core/crypto/one-time-token.ts";
import { storedAddressKey } from "../core/email-address.ts";
import { newId } from "../core/ids.ts";
import { err, type Result } from "../core/result.ts";
import type { LiveAuthorizationCode } from "./authorization-code.ts";
import { type CreateChildSessionDeps, createChildSession } from "./create-child-session.ts";
import type { ExchangeCodeFailure } from "./errors.ts";
import type { AuthorizationCodeStore } from "./store.ts";

export type ExchangeAuthorizationCodeDeps = CompleteFirstFactorDeps &
  CreateChildSessionDeps &
  DeviceTokenDeps & { readonly authorizationCodes: Pick<AuthorizationCodeStore, "findLive"> };

type Exchange = {
  readonly code: string;
  readonly codeVerifier: string;
  /** The Origin header of a browser; native apps and servers send none. */
  readonly origin: string | undefined;
  readonly deviceToken: string | undefined;
  /** The audience of the tokens. */
  readonly audience: string;
  readonly caller: Caller;
};

/** Exchanges an authorization code for a session or a second factor challenge, as `/login` returns them. */
export async function exchangeAuthorizationCode(
  deps: ExchangeAuthorizationCodeDeps,
  input: Exchange,
): Promise<Result<SignedIn | SecondFactorRequired, ExchangeCodeFailure>> {
  const now = deps.clock.now();
  const codeHash = await hashOneTimeToken(input.code);
  const presented = await readDeviceToken(deps, input.deviceToken);
  const found = await deps.authorizationCodes.findLive(codeHash, presented?.deviceId ?? null, now);
  if (!found || !(await isIssuedTo(found, input))) return err({ reason: "authorization_code_invalid" });
  const { account, parent } = found;
  const reason = accountNotAllowedReason(account);
  if (reason) return err({ reason });
  const emailKey = storedAddressKey(account.email);
  const isKnown =
    presented && isDeviceStillKnown(presented, found) && (await isDeviceOfAddress(presented, emailKey));
  const device = isKnown ? presented : null;
  const { audience, caller } = input;
  const usedCode = { accountId: account.id, codeHash, claim: newId(), now };
  if (parent) {
    const deviceToken = (device && input.deviceToken) ?? null;
    const { origin } = found;
    const grant = { ...usedCode, by: "session" } as const;
    return createChildSession(deps, { grant, parent, origin, deviceToken, audience, caller });
  }
  const grant = {
    ...usedCode,
    by: "code",
    lockoutKey: await lockoutKey(deps, emailKey, device ? "known-devices" : "unknown-devices"),
  } as const;
  const firstFactor = { grant, emailKey, device, caller, audience };
  const outcome = await completeFirstFactor(deps, firstFactor, found.enabledFactors);
  const isUsed = !outcome.ok && outcome.error.reason === "changed_meanwhile";
  return isUsed ? err({ reason: "authorization_code_invalid" }) : outcome;
}

/** RFC 7636 §4.6. A code without a code challenge is never accepted (RFC 9700 §4.8). */
async function isIssuedTo(
  { origin, codeChallenge }: LiveAuthorizationCode,
  input: Exchange,
): Promise<boolean> {
  if (input.origin !== undefined && input.origin !== origin) return false;
  return (await hashOneTimeToken(input.codeVerifier)) === codeChallenge;
}
