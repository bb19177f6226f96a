/** One factor. */
export const ACR_ONE_FACTOR = "urn:gatehouse:acr:1fa";
/** Two factors. */
export const ACR_TWO_FACTORS = "urn:gatehouse:acr:2fa";
/** A passkey with user verification (OpenID Connect Extended Authentication Profile ACR Values). */
export const ACR_PHISHING_RESISTANT = "phr";

const FIRST_FACTORS = ["pwd", "fed"];
const SECOND_FACTORS = ["otp", "sms"];

/** The authentication context class of a session, by its methods (RFC 8176). */
export function acrOf(amr: readonly string[]): string {
  const has = (values: readonly string[]) => values.some((value) => amr.includes(value));
  const isTwoFactors = amr.includes("mfa") || (has(FIRST_FACTORS) && has(SECOND_FACTORS));
  return isTwoFactors ? ACR_TWO_FACTORS : ACR_ONE_FACTOR;
}
