import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type OneTimeCodeResend, OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import { SENT_FACTOR_KINDS, type SentFactorKind } from "./policy.ts";
import { type OfferedChallenge, type ReadChallengeDeps, readChallenge } from "./read-challenge.ts";
import type { SecondFactor, SecondFactorDeps } from "./second-factor.ts";

export type SendNewCodeDeps = Omit<ReadChallengeDeps, "secondFactors"> &
  SecondFactorDeps & {
    readonly secondFactors: readonly SecondFactor[];
    readonly oneTimeCodes: {
      resend(resend: OneTimeCodeResend): Promise<void>;
      discardRequest(requestId: string): Promise<void>;
    };
    readonly messages: Outbox;
  };

type NewCodeInput = {
  readonly challengeId: string;
  readonly requestId: string;
  /** How the code is sent. Absent: as the last one was. */
  readonly factor?: SentFactorKind;
};

/** Performs a queued request: sends a new code for a live challenge, and voids the earlier code. */
export async function sendNewCode(
  deps: SendNewCodeDeps,
  { challengeId, requestId, factor: requested }: NewCodeInput,
): Promise<void> {
  const challenge = await readChallenge(deps, { challengeId });
  const kind = challenge && sentKindOf(challenge, requested);
  const factor = deps.secondFactors.find((each) => each.kind === kind);
  if (!challenge || !kind || !factor) return deps.oneTimeCodes.discardRequest(requestId);
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const phone = challenge.factorFacts.verifiedPhone;
  const { codeHash, mail } = await factor.begin(deps, { id: challengeId, expiresAt, phone });
  if (!mail) return deps.oneTimeCodes.discardRequest(requestId);
  // Where other factors may answer, a new code must not allow further guesses at them.
  const resetsTries = challenge.offer.factors.length === 1;
  const code = { requestId, challengeId, factorKind: kind, codeHash, expiresAt, mail, resetsTries, now };
  await deps.oneTimeCodes.resend(code);
  await deps.messages.deliver([mail.id]);
}

/** How a code is sent for the challenge, or undefined if it offers no such factor. */
const sentKindOf = (
  { factorKind, offer }: OfferedChallenge,
  requested: SentFactorKind | undefined,
): SentFactorKind | undefined =>
  SENT_FACTOR_KINDS.find((kind) => kind === (requested ?? factorKind) && offer.factors.includes(kind));
