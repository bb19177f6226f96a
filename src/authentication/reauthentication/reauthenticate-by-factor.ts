import type { Clock } from "../../core/clock.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type CurrentSession, FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { secondsUntil } from "../lockout/rules.ts";
import type { SecondFactorKind } from "../second-factor/policy.ts";
import {
  deliverNoticeOf,
  type SecondFactor,
  type SecondFactorAnswer,
  type SecondFactorDeps,
  type Verified,
} from "../second-factor/second-factor.ts";
import { type ReauthenticatedSession, reauthenticated } from "./reauthenticate-session.ts";
import {
  changeOf,
  type FactorPolicySettings,
  isSecondFactorOf,
  needsPasswordAsWell,
  offerReauthentication,
} from "./rules.ts";
import { codeSubject } from "./start-challenge.ts";
import type { AccountFacts } from "./statements.ts";
import type { OpenChallenge, ReauthenticationVerificationStore } from "./verification-store.ts";

export type ReauthenticateByFactorDeps = SecondFactorDeps & {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly hasher: Pick<PasswordHasher, "verify">;
  readonly messages: Outbox;
  readonly secondFactors: readonly SecondFactor[];
  readonly reauthenticationAnswers: ReauthenticationVerificationStore;
  readonly settings: FactorPolicySettings;
};

/** `retryAfter` in seconds. */
export type FactorFailure =
  | { readonly reason: "code_incorrect" | "wrong_password" | "password_missing" }
  | { readonly reason: "locked"; readonly retryAfter: number };

type FactorClaim = {
  readonly session: CurrentSession;
  /** Null: the answer belongs to no challenge, as that of an authenticator app. */
  readonly challengeId: string | null;
  /** Null: that of the challenge. */
  readonly kind: SecondFactorKind | null;
  readonly answer: SecondFactorAnswer;
  /** The password, if it was not verified before the challenge. */
  readonly password: string | undefined;
};

/**
 * Reauthenticates the owner of a session by a factor, with the password where two factors are due. The attempt is counted
 * once, before anything is evaluated, for the lockout `signed-in` of the account, which all factors and the password
 * share. A right one does not reset the count. Of parallel uses of one answer the first is recorded.
 */
export async function reauthenticateByFactor(
  deps: ReauthenticateByFactorDeps,
  claim: FactorClaim,
): Promise<Result<ReauthenticatedSession, FactorFailure>> {
  const { session, challengeId, password } = claim;
  const now = deps.clock.now();
  if (session.clientId !== FIRST_PARTY_CLIENT) return err({ reason: "code_incorrect" });
  const key = await lockoutKey(deps, session.account.id, "signed-in");
  const challenge = challengeId === null ? null : { challengeId, attempt: newId() };
  const attempt = { session, challenge, lockoutKey: key, now };
  const { facts, isRefused, lockedUntil, ...evaluated } = await deps.reauthenticationAnswers.count(attempt);
  const refuse = (reason: "code_incorrect" | "wrong_password") =>
    err(
      lockedUntil > now
        ? { reason: "locked" as const, retryAfter: secondsUntil(lockedUntil, now) }
        : { reason },
    );
  // Such a challenge takes no answer any more, or is not of this account.
  const isVoid = challenge !== null && evaluated.challenge === null;
  if (isRefused || facts === null || isVoid) return refuse("code_incorrect");
  const first = await verifyFirstFactor(deps, { facts, challenge: evaluated.challenge, password });
  if (first === "wrong") return refuse("wrong_password");
  const offer = offerReauthentication(facts.factors, deps.settings);
  const kind = offer.kinds.find((usable) => usable === (claim.kind ?? evaluated.challenge?.factorKind));
  const lacksPassword = (amr: readonly string[]) =>
    needsPasswordAsWell(offer, { hasPassword: facts.passwordHash !== null, amr }) && !first.includes("pwd");
  // Whether a passkey verified the user is known after its verification.
  const isUnevaluated = kind !== "passkey" && lacksPassword([]);
  const verified = isUnevaluated ? null : await verifyAnswer(deps, claim, { kind, ...evaluated });
  if (isUnevaluated || (verified !== null && lacksPassword(verified.amr))) {
    await deps.reauthenticationAnswers.release(key);
    return err({ reason: "password_missing" });
  }
  if (verified === null || kind === undefined) return refuse("code_incorrect");
  const { kinds } = deps.settings.secondFactor;
  const change = changeOf(session.amr, [...first, ...verified.amr], { at: now, kind, kinds });
  const recorded = await deps.reauthenticationAnswers.record({
    ...attempt,
    verified,
    factorKind: kind,
    change,
    liftsRestriction: isSecondFactorOf(session, { kind, facts: facts.factors, settings: deps.settings }),
  });
  if (!recorded) return err({ reason: "code_incorrect" });
  deliverNoticeOf(deps, verified);
  return ok(reauthenticated(session, change));
}

type FirstFactor = {
  readonly facts: AccountFacts;
  readonly challenge: OpenChallenge | null;
  readonly password: string | undefined;
};

/** What the password proves: that of this request, or that of the challenge, which was verified before. */
async function verifyFirstFactor(
  { hasher }: ReauthenticateByFactorDeps,
  { facts, challenge, password }: FirstFactor,
): Promise<readonly string[] | "wrong"> {
  if (password === undefined) return challenge?.amr.split(" ").filter((method) => method !== "") ?? [];
  return facts.passwordHash !== null && (await hasher.verify(facts.passwordHash, password)) !== "mismatch"
    ? ["pwd"]
    : "wrong";
}

type Evaluated = Pick<
  Awaited<ReturnType<ReauthenticationVerificationStore["count"]>>,
  "state" | "challenge"
> & {
  /** Undefined: the account cannot use the factor. */
  readonly kind: SecondFactorKind | undefined;
};

/** Null: the answer is wrong. */
async function verifyAnswer(
  deps: ReauthenticateByFactorDeps,
  { session, challengeId, answer }: FactorClaim,
  { kind, state, challenge }: Evaluated,
): Promise<Verified | null> {
  const factor = deps.secondFactors.find((each) => each.kind === kind);
  if (!factor) return null;
  // A code that was sent is valid for its own factor only.
  const codeHash = challenge && challenge.factorKind === kind ? challenge.codeHash : "";
  const id = codeSubject(challengeId ?? "", session.sessionId);
  return factor.verify(deps, { ...state, id, codeHash, account: session.account }, answer);
}
