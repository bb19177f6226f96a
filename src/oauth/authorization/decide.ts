import { MINUTE, SECOND } from "../../core/clock.ts";
import type { OAuthErrorCode } from "../oauth-error.ts";
import { requiresConsent } from "./consent-rules.ts";
import type { Decision, Facts, Signed, Step } from "./decision.ts";
import { meetsAcr } from "./meets-acr.ts";

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

const isUnrestricted: Step = (facts) => {
  const { restriction } = facts.session;
  if (restriction === null) return null;
  return isSilent(facts)
    ? fails("interaction_required", "The session is restricted.")
    : { kind: "restricted", restriction };
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
  accountIsChosen,
  isUnrestricted,
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
