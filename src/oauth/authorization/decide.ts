import type { Account } from "../../accounts/account.ts";
import { SECOND } from "../../core/clock.ts";
import { ACR_ONE_FACTOR, ACR_VALUES, acrOf } from "../../sessions/acr.ts";
import type { SessionRestriction } from "../../sessions/session.ts";
import type { StoredGrant } from "../grants/grant.ts";
import type { OAuthError, OAuthErrorCode } from "../oauth-error.ts";
import type { ValidRequest } from "./authorization-request.ts";
import { requiresConsent } from "./consent-rules.ts";
import type { Interaction } from "./interaction.ts";

/** The browser session that authorizes. Instants in milliseconds. */
export type AuthorizingSession = {
  readonly sessionId: string;
  /** The last sign-in or reauthentication. */
  readonly authenticatedAt: number;
  readonly amr: readonly string[];
  readonly restriction: SessionRestriction | null;
  readonly account: Account;
};

export type Facts = {
  readonly request: ValidRequest;
  readonly session: AuthorizingSession | null;
  readonly grant: StoredGrant | null;
  readonly interaction: Interaction | null;
  /** The account of `id_token_hint`; null without one. */
  readonly hintedAccountId: string | null;
  readonly now: number;
};

export type Decision =
  | { readonly kind: "error"; readonly error: OAuthError }
  /** `again`: a session is not enough; the user must sign in now. */
  | { readonly kind: "sign_in"; readonly again: boolean }
  /** The session is limited to what its restriction is about. */
  | { readonly kind: "restricted"; readonly restriction: SessionRestriction }
  | { readonly kind: "choose_account"; readonly session: AuthorizingSession }
  | { readonly kind: "consent"; readonly session: AuthorizingSession }
  | { readonly kind: "issue"; readonly session: AuthorizingSession };

type Signed = Facts & { readonly session: AuthorizingSession };
type Step = (facts: Signed) => Decision | null;

const fails = (error: OAuthErrorCode, description: string): Decision => ({
  kind: "error",
  error: { error, description },
});

const isSilent = ({ request }: Facts): boolean => request.prompt.has("none");

const loginRequired = fails("login_required", "The user must sign in.");

/** Whether the user has signed in since the request asked for it. */
const hasSignedInFor = ({ session, interaction }: Signed): boolean =>
  interaction !== null && session.authenticatedAt >= interaction.at;

/** OpenID Connect Core §3.1.2.1: the hint names the user that the client expects. */
const isHintedAccount: Step = (facts) => {
  const { hintedAccountId, session } = facts;
  if (hintedAccountId === null || hintedAccountId === session.account.id) return null;
  if (isSilent(facts) || hasSignedInFor(facts)) return loginRequired;
  return { kind: "sign_in", again: true };
};

const isFreshEnough: Step = (facts) => {
  const { request, session, now } = facts;
  if (hasSignedInFor(facts)) return null;
  const isTooOld = request.maxAge !== null && now - session.authenticatedAt > request.maxAge * SECOND;
  if (!request.prompt.has("login") && !isTooOld && request.maxAge !== 0) return null;
  return isSilent(facts) ? loginRequired : { kind: "sign_in", again: true };
};

const isUnrestricted: Step = (facts) => {
  const { restriction } = facts.session;
  if (restriction === null) return null;
  return isSilent(facts)
    ? fails("interaction_required", "The session is restricted.")
    : { kind: "restricted", restriction };
};

const accountIsChosen: Step = (facts) => {
  const { request, session, interaction } = facts;
  if (!request.prompt.has("select_account") || hasSignedInFor(facts)) return null;
  return interaction?.sessionId === session.sessionId ? null : { kind: "choose_account", session };
};

/** `phr`: a passkey with user verification. Unknown values ask for nothing. */
const KNOWN_ACRS: readonly string[] = [...ACR_VALUES, "phr"];

/** `acr_values` is voluntary (OpenID Connect Core §5.5.1.1), except where the user cannot be asked for more. */
const meetsAcr: Step = (facts) => {
  const known = facts.request.acrValues.filter((value) => KNOWN_ACRS.includes(value));
  const asksForMore = known.length > 0 && !known.includes(ACR_ONE_FACTOR);
  if (!asksForMore || !isSilent(facts) || acrOf(facts.session.amr) !== ACR_ONE_FACTOR) return null;
  return fails("unmet_authentication_requirements", "The session has no second factor.");
};

const isConsented: Step = (facts) => {
  if (!requiresConsent(facts.request, facts.grant)) return null;
  return isSilent(facts)
    ? fails("consent_required", "The user must give consent.")
    : { kind: "consent", session: facts.session };
};

const STEPS: readonly Step[] = [
  isHintedAccount,
  isFreshEnough,
  isUnrestricted,
  accountIsChosen,
  meetsAcr,
  isConsented,
];

/** Decides what a valid request needs next. The steps apply in order. */
export function decide(facts: Facts): Decision {
  const { session, request } = facts;
  if (session === null) {
    if (isSilent(facts)) return loginRequired;
    const { prompt, maxAge } = request;
    return { kind: "sign_in", again: prompt.has("login") || prompt.has("select_account") || maxAge !== null };
  }
  for (const step of STEPS) {
    const decision = step({ ...facts, session });
    if (decision) return decision;
  }
  return { kind: "issue", session };
}
