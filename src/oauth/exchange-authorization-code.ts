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
import { type EndSessionDeps, endSession } from "../sessions/end-session.ts";
import type { FoundAuthorizationCode } from "./authorization-code.ts";
import { type CreateChildSessionDeps, createChildSession } from "./create-child-session.ts";
import type { ExchangeCodeFailure } from "./errors.ts";
import type { AuthorizationCodeStore } from "./store.ts";

export type ExchangeAuthorizationCodeDeps = CompleteFirstFactorDeps &
  CreateChildSessionDeps &
  DeviceTokenDeps &
  EndSessionDeps & { readonly authorizationCodes: Pick<AuthorizationCodeStore, "find" | "voidOpened"> };

type Exchange = {
  readonly code: string;
  readonly codeVerifier: string;
  /** The Origin header of a browser; native apps and servers send none. */
  readonly origin: string | undefined;
  readonly deviceToken: string | undefined;
  /** The audience of the session, which is not this service's own. */
  readonly audience: string;
  readonly caller: Caller;
};

/**
 * Exchanges an authorization code for a session of the app that received it, or for a second factor challenge. The
 * second use of a code ends what the first one opened (RFC 6749 §4.1.2, ASVS 10.4.2).
 */
export async function exchangeAuthorizationCode(
  deps: ExchangeAuthorizationCodeDeps,
  input: Exchange,
): Promise<Result<SignedIn | SecondFactorRequired, ExchangeCodeFailure>> {
  const now = deps.clock.now();
  const codeHash = await hashOneTimeToken(input.code);
  const presented = await readDeviceToken(deps, input.deviceToken);
  const found = await deps.authorizationCodes.find(codeHash, presented?.deviceId ?? null, now);
  if (!found || !(await isIssuedTo(found, input))) return err({ reason: "authorization_code_invalid" });
  if (found.claim !== null) return refuseReuse(deps, codeHash, input.caller);
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
    const opened = await createChildSession(deps, { grant, parent, origin, deviceToken, audience, caller });
    return opened.ok ? opened : refuseReuse(deps, codeHash, caller);
  }
  const grant = {
    ...usedCode,
    by: "code",
    lockoutKey: await lockoutKey(deps, emailKey, device ? "known-devices" : "unknown-devices"),
  } as const;
  const client = { id: found.origin, audience, codeClaim: usedCode.claim };
  const firstFactor = { grant, emailKey, device, caller, client, replaces: null };
  const outcome = await completeFirstFactor(deps, firstFactor, found.enabledFactors);
  const isUsed = !outcome.ok && outcome.error.reason === "changed_meanwhile";
  return isUsed ? refuseReuse(deps, codeHash, caller) : outcome;
}

/** Voids the challenge or ends the session that the code has opened, if there is one. */
async function refuseReuse(
  deps: ExchangeAuthorizationCodeDeps,
  codeHash: string,
  caller: Caller,
): Promise<Result<never, ExchangeCodeFailure>> {
  const opened = await deps.authorizationCodes.voidOpened(codeHash);
  if (opened) {
    const { sessionId, accountId } = opened;
    const event = { type: "authorization_code_reused", details: { sessionId } } as const;
    await endSession(deps, { sessionId, accountId, event, actorId: null, caller });
  }
  return err({ reason: "authorization_code_invalid" });
}

/** RFC 7636 §4.6. A code without a code challenge is never accepted (RFC 9700 §4.8). */
async function isIssuedTo(
  { origin, codeChallenge }: FoundAuthorizationCode,
  input: Exchange,
): Promise<boolean> {
  if (input.origin !== undefined && input.origin !== origin) return false;
  return (await hashOneTimeToken(input.codeVerifier)) === codeChallenge;
}
