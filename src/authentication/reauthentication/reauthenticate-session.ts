import { HOUR, SECOND } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import { emailOtpFactor } from "../second-factor/email-otp/email-otp-factor.ts";
import type { SecondFactorRequired } from "../sign-in-outcome.ts";
import type { ReauthenticationProof } from "./proof.ts";
import {
  type AccountClaim,
  type CredentialFailure,
  type ReauthenticateDeps,
  verifyCredentials,
} from "./reauthenticate.ts";
import { REAUTHENTICATION_WINDOW } from "./rules.ts";
import type { ReauthenticationStore } from "./store.ts";

export type ReauthenticateSessionDeps = ReauthenticateDeps & {
  readonly reauthentications: Pick<ReauthenticationStore, "record" | "startChallenge">;
  readonly messages: Outbox;
};

/** The session with its new instant of authentication. `expiresIn` in seconds. */
export type ReauthenticatedSession = {
  readonly kind: "reauthenticated";
  readonly session: CurrentSession;
  readonly expiresIn: number;
};

/** `send_cap`: no code may be mailed now. `retryAfter` in seconds. */
export type SessionReauthenticationFailure =
  | CredentialFailure
  | { readonly reason: "send_cap"; readonly retryAfter: number };

export const reauthenticated = (session: CurrentSession, at: number): ReauthenticatedSession => ({
  kind: "reauthenticated",
  session: { ...session, authenticatedAt: at },
  expiresIn: REAUTHENTICATION_WINDOW / SECOND,
});

/** What the hash of a code is bound to, so that the code is valid in the session only that asked for it. */
export const codeSubject = (challengeId: string, sessionId: string): string => `${challengeId}\n${sessionId}`;

/**
 * Reauthenticates the owner of a session and allows it sensitive changes for `REAUTHENTICATION_WINDOW`. If the account has
 * a second factor, a mailed code has to follow.
 */
export async function reauthenticateSession(
  deps: ReauthenticateSessionDeps,
  claim: Omit<AccountClaim, "method">,
): Promise<Result<ReauthenticatedSession | SecondFactorRequired, SessionReauthenticationFailure>> {
  const verified = await verifyCredentials(deps, { ...claim, method: "of_account" });
  if (!verified.ok) return verified;
  const { secondFactorDue, ...proof } = verified.value;
  if (secondFactorDue) return startChallenge(deps, claim.session, proof);
  const outcome = await deps.reauthentications.record(proof, deps.clock.now());
  if (outcome === "changed_meanwhile") return err({ reason: "reauthentication_expired" });
  return ok(reauthenticated(claim.session, proof.at));
}

async function startChallenge(
  deps: ReauthenticateSessionDeps,
  { sessionId, account }: CurrentSession,
  proof: ReauthenticationProof,
): Promise<Result<SecondFactorRequired, SessionReauthenticationFailure>> {
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const id = newId();
  const { code, codeHash } = await newCode(deps, codeSubject(id, sessionId));
  const mail = await deps.messages.create({ kind: "login_code", code }, { expiresAt });
  const outcome = await deps.reauthentications.startChallenge({
    proof,
    accountId: account.id,
    challenge: {
      id,
      purpose: "reauthentication",
      phone: null,
      codeHash,
      lockoutKey: await lockoutKey(deps, account.id, "signed-in"),
      newDevice: false,
      createdAt: now,
      expiresAt,
    },
    mail,
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "reauthentication_expired" });
  if (outcome === "send_cap") return err({ reason: "send_cap", retryAfter: HOUR / SECOND });
  deps.messages.deliverSoon([mail.id]);
  const { prompt } = emailOtpFactor;
  return ok({
    kind: "second_factor_required",
    challengeId: id,
    expiresIn: OTP_TTL_MS / SECOND,
    factors: ["email_otp"],
    defaultFactor: "email_otp",
    prompt,
  });
}
