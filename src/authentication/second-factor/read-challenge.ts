import type { Clock } from "../../core/clock.ts";
import type { OpenChallenge, OpenChallengeStore } from "./open-challenge-store.ts";
import type { SecondFactorSettings } from "./policy.ts";
import { type FactorOffer, offerFactors, usableKinds } from "./rules.ts";

export type ReadChallengeDeps = {
  readonly clock: Clock;
  readonly openChallenges: OpenChallengeStore;
  readonly secondFactors: readonly { readonly kind: string }[];
  readonly settings: { readonly secondFactor: SecondFactorSettings };
};

/** A challenge that waits for its answer, with the factors that may answer it now. */
export type OfferedChallenge = OpenChallenge & { readonly offer: FactorOffer };

/** Null for a challenge that is unknown, expired or answered, and for one that no factor can answer any more. */
export async function readChallenge(
  deps: ReadChallengeDeps,
  { challengeId }: { readonly challengeId: string },
): Promise<OfferedChallenge | null> {
  const challenge = await deps.openChallenges.find(challengeId, deps.clock.now());
  const offer =
    challenge &&
    offerFactors({
      account: challenge.factorFacts,
      kinds: usableKinds(deps.settings.secondFactor, deps.secondFactors),
      firstFactor: challenge.amr.split(" "),
    });
  return offer && { ...challenge, offer };
}
