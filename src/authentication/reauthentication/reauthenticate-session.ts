import { SECOND } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { SecondFactorKind } from "../second-factor/policy.ts";
import type { SecondFactorRequired } from "../sign-in-outcome.ts";
import type { SessionChange } from "./proof.ts";
import {
  type AccountClaim,
  type CredentialFailure,
  needsFactor,
  type ReauthenticateDeps,
  verifyCredentials,
} from "./reauthenticate.ts";
import { changeOf, REAUTHENTICATION_WINDOW } from "./rules.ts";
import { type StartChallengeDeps, type StartChallengeFailure, startChallenge } from "./start-challenge.ts";
import type { ReauthenticationStore } from "./store.ts";

export type ReauthenticateSessionDeps = ReauthenticateDeps &
  StartChallengeDeps & {
    readonly reauthentications: Pick<ReauthenticationStore, "record">;
  };

/** The session as it is after the reauthentication. `expiresIn` in seconds. */
export type ReauthenticatedSession = {
  readonly kind: "reauthenticated";
  readonly session: CurrentSession;
  readonly expiresIn: number;
};

export type SessionReauthenticationFailure = CredentialFailure | StartChallengeFailure;

export const reauthenticated = (session: CurrentSession, change: SessionChange): ReauthenticatedSession => ({
  kind: "reauthenticated",
  session: {
    ...session,
    confirmedAt: change.at,
    authenticatedAt: change.movesAuthTime ? change.at : session.authenticatedAt,
    amr: change.amr,
  },
  expiresIn: REAUTHENTICATION_WINDOW / SECOND,
});

/**
 * Reauthenticates the owner of a session by the password and allows it sensitive changes for `REAUTHENTICATION_WINDOW`.
 * If a second factor is due, or the account has no password, a factor has to follow; `kind`: the one that the caller
 * chooses. Without any factor, only a new sign-in is left.
 */
export async function reauthenticateSession(
  deps: ReauthenticateSessionDeps,
  { kind, ...claim }: Omit<AccountClaim, "method"> & { readonly kind?: SecondFactorKind | undefined },
): Promise<Result<ReauthenticatedSession | SecondFactorRequired, SessionReauthenticationFailure>> {
  const { session } = claim;
  const verified = await verifyCredentials(deps, { ...claim, method: "of_account" });
  if (!verified.ok) return verified;
  const { proof, amr, offer, facts } = verified.value;
  const asked = offer.kinds.find((usable) => usable === kind) ?? offer.defaultKind;
  const isFactorNeeded = needsFactor(verified.value);
  if (asked !== null && (isFactorNeeded || asked === kind)) {
    return startChallenge(deps, { session, proof, amr, kind: asked, offered: offer.kinds, facts });
  }
  if (isFactorNeeded) return err({ reason: "reauthentication_expired" });
  const { kinds } = deps.settings.secondFactor;
  const change = changeOf(session.amr, amr, { at: proof.at, kind: undefined, kinds });
  const outcome = await deps.reauthentications.record(proof, change, deps.clock.now());
  if (outcome === "changed_meanwhile") return err({ reason: "reauthentication_expired" });
  return ok(reauthenticated(session, change));
}
