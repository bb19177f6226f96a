import type { Account } from "../../accounts/account.ts";
import { MINUTE, SECOND } from "../../core/clock.ts";
import { ACR_ONE_FACTOR, ACR_VALUES, acrOf } from "../../sessions/acr.ts";
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

/**
 * `max_age=0` asks for a new sign-in, as `prompt=login` does (OpenID Connect Core §3.1.2.1). It holds for this long, in which
 * the user may read the consent page.
 */
const NEW_SIGN_IN_AGE_MS = 5 * MINUTE;

/** A sign-in for the request has an age, too: with `max_age` it counts no longer than any other. */
const isFreshEnough: Step = (facts) => {
  const { maxAge, prompt } = facts.request;
  const age = facts.now - facts.session.authenticatedAt;
  const limit = maxAge === 0 ? NEW_SIGN_IN_AGE_MS : (maxAge ?? Number.POSITIVE_INFINITY) * SECOND;
  const mustBeNew = prompt.has("login") || maxAge === 0;
  if (age <= limit && (!mustBeNew || hasSignedInFor(facts))) return null;
  return isSilent(facts) ? loginRequired : { kind: "sign_in", again: true };
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

const STEPS: readonly Step[] = [isHintedAccount, isFreshEnough, accountIsChosen, meetsAcr, isConsented];

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
