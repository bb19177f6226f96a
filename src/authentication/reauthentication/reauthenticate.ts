import type { Clock } from "../../core/clock.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../../sessions/refresh-token.ts";
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

export type ReauthenticateDeps = RefreshTokenDeps & {
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

/** The credentials of the request. The account decides which of the two is required, not the caller. */
export type AccountClaim = {
  readonly session: CurrentSession;
  readonly method: "of_account";
  readonly password: string | undefined;
  readonly refreshToken: string | undefined;
};

/** `checkedHash`: the hash that the password was verified against, as a condition for the change. */
export type PasswordProof = ReauthenticationProof & { readonly checkedHash: string };

/** `retryAfter` in seconds. */
type WrongPassword =
  | { readonly reason: "wrong_password" }
  | { readonly reason: "locked"; readonly retryAfter: number };

export type CredentialFailure =
  | WrongPassword
  | { readonly reason: "password_missing" | "refresh_token_missing" | "reauthentication_expired" };

/** The account has a second factor, which the session has not shown recently. */
type SecondFactorMissing = { readonly reason: "reauthentication_required" };

export type PasswordFailure = WrongPassword | SecondFactorMissing;
export type ReauthenticationFailure = CredentialFailure | SecondFactorMissing;

/** A verified first factor, what it proves (RFC 8176), and what the account can use besides. */
type VerifiedCredentials<Proof> = {
  readonly proof: Proof;
  readonly amr: readonly Amr[];
  readonly offer: ReauthenticationOffer;
  readonly facts: AccountFacts;
};

/**
 * Reauthenticates the owner of a session before a change that a stolen session must not make (ASVS 6.2.3). If the account
 * has a second factor, the session must also have been opened or reauthenticated recently, which takes that factor
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
  const { proof, offer } = verified.value;
  return offer.secondFactorDue && !isRecentlyAuthenticated(claim.session, proof.at)
    ? err({ reason: "reauthentication_required" })
    : ok(proof);
}

/**
 * Verifies the first factor of a reauthentication. An access token is not enough: every resource server receives it. With
 * the method `of_account` the password is required; without one, the refresh token of this session. The proof is then
 * valid only for the latest generation of that token. A session of an app never passes.
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
  if (facts === null || facts.passwordHash === null) {
    const proof = await verifySessionToken(deps, session, claim.refreshToken, at);
    if (!proof.ok || facts === null) return proof.ok ? err({ reason: "reauthentication_expired" }) : proof;
    const offer = offerReauthentication(facts.factors, deps.settings);
    return ok({ proof: proof.value, amr: [], offer, facts });
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
  const proof = { sessionId, generation: null, at, checkedHash: passwordHash };
  return ok({ proof, amr: ["pwd"], offer: offerReauthentication(facts.factors, deps.settings), facts });
}

async function verifySessionToken(
  deps: RefreshTokenDeps,
  { sessionId }: CurrentSession,
  refreshToken: string | undefined,
  at: number,
): Promise<Result<ReauthenticationProof, CredentialFailure>> {
  if (refreshToken === undefined) return err({ reason: "refresh_token_missing" });
  const verified = await verifyRefreshToken(deps, refreshToken);
  if (!verified.ok || verified.value.sessionId !== sessionId) {
    return err({ reason: "reauthentication_expired" });
  }
  return ok({ sessionId, generation: verified.value.generation, at });
}
