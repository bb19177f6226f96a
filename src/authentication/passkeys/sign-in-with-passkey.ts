import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { storedAddressKey } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, type Result } from "../../core/result.ts";
import type { Amr } from "../amr.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { findKnownDevice, type KnownDevice, readDeviceTokens } from "../known-devices/device-token.ts";
import { lockoutKey, targetIdOf } from "../lockout/lockout-keys.ts";
import { accountNotAllowedReason } from "../rules.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "../sign-in-outcome.ts";
import { passkeyAmr } from "./amr.ts";
import { type Assertion, type VerifiedAssertion, verifyAssertion } from "./assertion.ts";
import { readClientData } from "./client-data.ts";
import { type CounterDeps, reportRegression } from "./counter.ts";
import type { RelyingParty } from "./passkey.ts";
import type { PasskeyStore } from "./store.ts";
import { isUserHandleOf } from "./user-handle.ts";

export type SignInWithPasskeyDeps = CompleteFirstFactorDeps &
  CounterDeps & {
    readonly passkeys: Pick<PasskeyStore, "findSignInFacts" | "refuse">;
    readonly settings: { readonly passkeys: RelyingParty };
  };

/** `not_accepted`: also for a challenge that has expired, was used, or was issued to another client. */
type PasskeyRefusal =
  | "not_accepted"
  | "user_not_verified"
  | "unknown_credential"
  | "account_deactivated"
  | "email_not_verified";

export type PasskeySignInFailure = SignInFailure | { readonly reason: PasskeyRefusal };

type PasskeySignInInput = {
  /** The ids of the challenges that were issued to this client. */
  readonly challengeIds: readonly string[];
  readonly assertion: Assertion;
  readonly deviceTokens: readonly string[];
  /** The audience of the tokens. */
  readonly audience: string;
  /** The session whose cookies the response replaces. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

type Facts = Awaited<ReturnType<PasskeyStore["findSignInFacts"]>>;
type Owner = NonNullable<Facts["owner"]>;

/** Any key of the right form: the signature of an unknown credential is verified as well, with the same work. */
const UNKNOWN_KEY =
  "pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";

/**
 * Signs in by a passkey that has verified the user, which is two factors. The batch that opens the session claims the
 * challenge. A refused assertion uses it up, too.
 */
export async function signInWithPasskey(
  deps: SignInWithPasskeyDeps,
  input: PasskeySignInInput,
): Promise<Result<SignedIn | SecondFactorRequired, PasskeySignInFailure>> {
  const { assertion, challengeIds } = input;
  const clientData = readClientData(assertion.response.clientDataJSON);
  if (!clientData) return err({ reason: "not_accepted" });
  const { challenge } = clientData;
  const devices = await readDeviceTokens(deps, input.deviceTokens);
  const { challengeId, owner } = await deps.passkeys.findSignInFacts({
    challengeIds,
    challenge,
    credentialId: assertion.id,
    deviceIds: devices.map(({ deviceId }) => deviceId),
    now: deps.clock.now(),
  });
  if (challengeId === null) return err({ reason: "not_accepted" });
  const publicKey = owner?.publicKey ?? UNKNOWN_KEY;
  const verified = await verifyAssertion(deps.settings.passkeys, { assertion, challenge, publicKey });
  const refusal = judgeAssertion(assertion, owner, verified);
  if (refusal || !owner || !verified) {
    return refuse(deps, input, { challengeId, owner, reason: refusal ?? "not_accepted" });
  }
  const emailKey = storedAddressKey(owner.account.email);
  const { device, trustedUntil } = await findKnownDevice(devices, emailKey, owner);
  const firstFactor = await firstFactorOf(deps, input, { challengeId, owner, verified, device });
  return completeFirstFactor(deps, firstFactor, { ...owner.factorFacts, trustedUntil });
}

/** Only a caller with a valid signature learns the state of the account. */
function judgeAssertion(
  { response }: Assertion,
  owner: Owner | null,
  verified: VerifiedAssertion | null,
): PasskeyRefusal | null {
  if (!owner) return "unknown_credential";
  // A discoverable credential returns its user handle (WebAuthn §7.2).
  if (!verified || !isUserHandleOf(owner.account.id, response.userHandle)) return "not_accepted";
  if (!verified.isUserVerified) return "user_not_verified";
  return accountNotAllowedReason(owner.account);
}

type Refused = {
  readonly challengeId: string;
  readonly owner: Owner | null;
  readonly reason: PasskeyRefusal;
};

/** The failed sign-in counts for the account of the credential. An unknown one writes the same rows. */
async function refuse(
  deps: SignInWithPasskeyDeps,
  { assertion, caller }: PasskeySignInInput,
  { challengeId, owner, reason }: Refused,
): Promise<Result<never, PasskeySignInFailure>> {
  const target = await lockoutKey(deps, assertion.id, "unknown-devices");
  await deps.passkeys.refuse({
    challengeId,
    claim: newId(),
    targetId: owner?.account.id ?? targetIdOf(target),
    failure: newAuditEvent(deps, { type: "sign_in_failed", details: { count: 1 } }, caller),
  });
  return err({ reason });
}

type Accepted = {
  readonly challengeId: string;
  readonly owner: Owner;
  readonly verified: VerifiedAssertion;
  readonly device: KnownDevice | null;
};

async function firstFactorOf(
  deps: SignInWithPasskeyDeps,
  { audience, replaces, caller }: PasskeySignInInput,
  { challengeId, owner, verified, device }: Accepted,
): Promise<FirstFactorResult> {
  const { account, factorId, signCount: stored } = owner;
  const emailKey = storedAddressKey(account.email);
  const { signCount } = verified;
  const use = { accountId: account.id, factorId, stored, reported: signCount };
  const amr: readonly Amr[] = [...passkeyAmr(verified), "mfa"];
  const grant = {
    by: "passkey",
    accountId: account.id,
    factorId,
    challengeId,
    claim: newId(),
    signCount,
    amr,
    regression: reportRegression(deps, use, caller),
    lockoutKey: await lockoutKey(deps, emailKey, device ? "known-devices" : "unknown-devices"),
    now: deps.clock.now(),
  } as const;
  return { grant, emailKey, device, caller, audience, replaces };
}
