import { HOUR, SECOND } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { Amr } from "../amr.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import type { SecondFactorKind } from "../second-factor/policy.ts";
import type { SecondFactor, SecondFactorDeps } from "../second-factor/second-factor.ts";
import type { SecondFactorRequired } from "../sign-in-outcome.ts";
import type { ReauthenticationProof } from "./proof.ts";
import type { AccountFacts } from "./statements.ts";
import type { ReauthenticationStore } from "./store.ts";

export type StartChallengeDeps = SecondFactorDeps & {
  readonly secrets: SecretRing;
  readonly secondFactors: readonly SecondFactor[];
  readonly reauthentications: Pick<ReauthenticationStore, "startChallenge">;
  readonly messages: Outbox;
};

/** `send_cap`: no code may be sent now. `retryAfter` in seconds. */
export type StartChallengeFailure =
  | { readonly reason: "reauthentication_expired" }
  | { readonly reason: "send_cap"; readonly retryAfter: number };

type NewChallenge = {
  readonly session: CurrentSession;
  readonly proof: ReauthenticationProof;
  /** What has been proven before the answer. */
  readonly amr: readonly Amr[];
  /** The factor that answers the challenge, unless the answer names another one. */
  readonly kind: SecondFactorKind;
  /** The factors that may answer it. */
  readonly offered: readonly SecondFactorKind[];
  readonly facts: AccountFacts;
};

/** What the hash of a code is bound to, so that the code is valid in the session only that asked for it. */
export const codeSubject = (challengeId: string, sessionId: string): string => `${challengeId}\n${sessionId}`;

/** Opens a challenge of a reauthentication, and sends its code if its factor has one. */
export async function startChallenge(
  deps: StartChallengeDeps,
  { session, proof, amr, kind, offered, facts }: NewChallenge,
): Promise<Result<SecondFactorRequired, StartChallengeFailure>> {
  const { sessionId, account, deviceId } = session;
  const factor = deps.secondFactors.find((each) => each.kind === kind);
  if (!factor) throw new Error(`The second factor ${kind} is not part of this release.`);
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const id = newId();
  const begin = { id: codeSubject(id, sessionId), expiresAt, phone: facts.factors.verifiedPhone };
  const { codeHash, mail } = await factor.begin(deps, begin);
  const outcome = await deps.reauthentications.startChallenge({
    proof,
    accountId: account.id,
    challenge: {
      id,
      purpose: "reauthentication",
      phone: null,
      amr: amr.join(" "),
      factorKind: kind,
      codeHash,
      lockoutKey: await lockoutKey(deps, account.id, "signed-in"),
      newDevice: false,
      deviceId,
      createdAt: now,
      expiresAt,
    },
    mail,
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "reauthentication_expired" });
  if (outcome === "send_cap") return err({ reason: "send_cap", retryAfter: HOUR / SECOND });
  if (mail) deps.messages.deliverSoon([mail.id]);
  const { prompt } = factor;
  return ok({
    kind: "second_factor_required",
    challengeId: id,
    expiresIn: OTP_TTL_MS / SECOND,
    factors: offered,
    defaultFactor: kind,
    prompt,
  });
}
