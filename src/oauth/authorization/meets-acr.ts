import { acrOf, isAcr, satisfiesAcr } from "../../sessions/acr.ts";
import type { Decision, Facts, Step } from "./decision.ts";

/**
 * `acr_values` is voluntary (OpenID Connect Core §5.5.1.1): the user may confirm by another factor once, and the request
 * then continues with what the session has. An `acr` that is required fails instead (OpenID Connect Unmet Authentication
 * Requirements §2, RFC 9470 §5), and so does a voluntary one where the user cannot be asked.
 */
export const meetsAcr: Step = (facts) => {
  const { request, session, interaction } = facts;
  const { essentialAcr } = request;
  // Unknown values ask for nothing, unless one of them is required.
  const wanted = essentialAcr ?? request.acrValues.filter(isAcr);
  const isAsked = essentialAcr !== null || wanted.length > 0;
  if (!isAsked || satisfiesAcr(acrOf(session.amr), wanted)) return null;
  const isReachable = wanted.some(isAcr);
  const hasAsked = interaction?.hasSteppedUp === true;
  if (isReachable && !hasAsked && !isSilent(facts)) return { kind: "step_up", acr: wanted.find(isAcr) ?? "" };
  return essentialAcr !== null || isSilent(facts) ? UNMET : null;
};

const UNMET: Decision = {
  kind: "error",
  error: {
    error: "unmet_authentication_requirements",
    description: "The session does not meet the required authentication.",
  },
};

const isSilent = ({ request }: Facts): boolean => request.prompt.has("none");
