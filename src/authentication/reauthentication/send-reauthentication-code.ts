import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type CurrentSession, FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import type { SecondFactorRequired } from "../sign-in-outcome.ts";
import { type FactorPolicySettings, offerReauthentication } from "./rules.ts";
import { type StartChallengeDeps, type StartChallengeFailure, startChallenge } from "./start-challenge.ts";
import type { ReauthenticationStore } from "./store.ts";

export type SendReauthenticationCodeDeps = StartChallengeDeps & {
  readonly clock: Clock;
  readonly reauthentications: Pick<ReauthenticationStore, "readFacts">;
  readonly settings: FactorPolicySettings;
};

/** `code_not_accepted`: the account has a stronger factor, beside which a sent code proves nothing. */
export type SendReauthenticationCodeFailure =
  | StartChallengeFailure
  | { readonly reason: "code_not_accepted" };

type Input = { readonly session: CurrentSession; readonly kind?: "email_otp" | "sms_otp" };

/** Sends a code that reauthenticates the session: alone, or together with the password if a second factor is due. */
export async function sendReauthenticationCode(
  deps: SendReauthenticationCodeDeps,
  { session, kind = "email_otp" }: Input,
): Promise<Result<SecondFactorRequired, SendReauthenticationCodeFailure>> {
  // Taken before the first read, so that every later change voids the proof.
  const at = deps.clock.now();
  const facts = await deps.reauthentications.readFacts(session.account.id);
  if (facts === null || session.clientId !== FIRST_PARTY_CLIENT) {
    return err({ reason: "reauthentication_expired" });
  }
  const offer = offerReauthentication(facts.factors, deps.settings);
  if (!offer.kinds.includes(kind)) return err({ reason: "code_not_accepted" });
  const proof = { sessionId: session.sessionId, at };
  const started = await startChallenge(deps, { session, proof, amr: [], kind, offered: [kind], facts });
  return started.ok ? ok(started.value) : started;
}
