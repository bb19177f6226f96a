import type { Clock } from "../../core/clock.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type CurrentSession, FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import type { Amr } from "../amr.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { secondsUntil } from "../lockout/rules.ts";
import type { ReauthenticationProof } from "./proof.ts";
import {
  type FactorPolicySettings,
  isRecentlyAuthenticated,
  offerReauthentication,
  type ReauthenticationOffer,
} from "./rules.ts";
import type { AccountFacts } from "./statements.ts";
import type { ReauthenticationStore } from "./store.ts";

export type ReauthenticateDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly reauthentications: Pick<ReauthenticationStore, "begin" | "release" | "readFacts">;
  readonly hasher: Pick<PasswordHasher, "verify">;
  readonly settings: FactorPolicySettings;
};

/** A reauthentication by the password of the account. */
export type PasswordClaim = {
  readonly session: CurrentSession;
  readonly method: "password";
  readonly password: string;
};

/** The credentials of the request. The account decides whether the password is required, not the caller. */
export type AccountClaim = {
  readonly session: CurrentSession;
  readonly method: "of_account";
  readonly password: string | undefined;
};

/** `checkedHash`: the hash that the password was verified against, as a condition for the change. */
export type PasswordProof = ReauthenticationProof & { readonly checkedHash: string };

/** `retryAfter` in seconds. */
type WrongPassword =
  | { readonly reason: "wrong_password" }
  | { readonly reason: "locked"; readonly retryAfter: number };

export type CredentialFailure =
  | WrongPassword
  | { readonly reason: "password_missing" | "reauthentication_expired" };

/** The account has a second factor or no password, and the user has not signed in or reauthenticated recently. */
type SecondFactorMissing = { readonly reason: "reauthentication_required" };

export type PasswordFailure = WrongPassword | SecondFactorMissing;
export type ReauthenticationFailure = CredentialFailure | SecondFactorMissing;

/** A verified first factor, and what the account can use besides. */
type VerifiedCredentials<Proof> = {
  readonly proof: Proof;
  /** What was proven (RFC 8176). Empty: nothing, since the account has no password. */
  readonly amr: readonly Amr[];
  readonly offer: ReauthenticationOffer;
  readonly facts: AccountFacts;
};

/**
 * Whether a factor has to follow. The credentials of the session, its refresh token included, prove nothing: who has stolen
 * a session has them.
 */
export const needsFactor = ({ amr, offer }: VerifiedCredentials<unknown>): boolean =>
  offer.secondFactorDue || amr.length === 0;

/**
 * Reauthenticates the owner of a session before a change that a stolen session must not make (ASVS 6.2.3). If the account
 * has a second factor or no password, the session must have been opened or reauthenticated recently, which takes a factor
 * (ASVS 7.5.1).
 */
export function reauthenticate(
  deps: ReauthenticateDeps,
  claim: PasswordClaim,
): Promise<Result<PasswordProof, PasswordFailure>>;
export function reauthenticate(
  deps: ReauthenticateDeps,
  claim: AccountClaim,
): Promise<Result<ReauthenticationProof, ReauthenticationFailure>>;
export async function reauthenticate(
  deps: ReauthenticateDeps,
  claim: PasswordClaim | AccountClaim,
): Promise<Result<ReauthenticationProof, ReauthenticationFailure>> {
  const verified = await verifyCredentials(deps, claim);
  if (!verified.ok) return verified;
  const { proof } = verified.value;
  return needsFactor(verified.value) && !isRecentlyAuthenticated(claim.session, proof.at)
    ? err({ reason: "reauthentication_required" })
    : ok(proof);
}

/**
 * Verifies the first factor of a reauthentication. With the method `of_account` the password is required if the account has
 * one; without one, nothing is verified, and a factor has to follow (`needsFactor`). A session of an app never passes.
 */
export async function verifyCredentials(
  deps: ReauthenticateDeps,
  claim: PasswordClaim | AccountClaim,
): Promise<Result<VerifiedCredentials<ReauthenticationProof>, CredentialFailure>> {
  const { session, password } = claim;
  // Taken before the first read, so that every later change voids the proof.
  const at = deps.clock.now();
  if (session.clientId !== FIRST_PARTY_CLIENT) return err({ reason: "wrong_password" });
  if (claim.method === "password") return verifyPassword(deps, session, claim.password, at);
  const facts = await deps.reauthentications.readFacts(session.account.id);
  if (facts === null) return err({ reason: "reauthentication_expired" });
  if (facts.passwordHash === null) {
    const offer = offerReauthentication(facts.factors, deps.settings);
    return ok({ proof: { sessionId: session.sessionId, at }, amr: [], offer, facts });
  }
  if (password === undefined) return err({ reason: "password_missing" });
  return verifyPassword(deps, session, password, at);
}

/**
 * Wrong passwords count for the lockout `signed-in` of the account, apart from failed sign-ins, so that an attacker
 * without a session cannot lock out a signed-in user.
 */
async function verifyPassword(
  deps: ReauthenticateDeps,
  { sessionId, account }: CurrentSession,
  password: string,
  at: number,
): Promise<Result<VerifiedCredentials<PasswordProof>, WrongPassword>> {
  const key = await lockoutKey(deps, account.id, "signed-in");
  const { reservation, facts } = await deps.reauthentications.begin(account.id, key, at);
  if (reservation.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(reservation.until, at) });
  }
  const passwordHash = facts?.passwordHash ?? null;
  const verdict = await deps.hasher.verify(passwordHash, password);
  if (verdict === "mismatch" || facts === null || passwordHash === null) {
    return err({ reason: "wrong_password" });
  }
  await deps.reauthentications.release(key);
  const proof = { sessionId, at, checkedHash: passwordHash };
  return ok({ proof, amr: ["pwd"], offer: offerReauthentication(facts.factors, deps.settings), facts });
}
