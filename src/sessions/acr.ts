/** `acr` values of this service (OpenID Connect Core §2): one factor, or two. */
export const ACR_ONE_FACTOR = "urn:gatehouse:acr:1fa";
export const ACR_TWO_FACTORS = "urn:gatehouse:acr:2fa";
export const ACR_VALUES = [ACR_ONE_FACTOR, ACR_TWO_FACTORS] as const;

export type Acr = (typeof ACR_VALUES)[number];

const FIRST_FACTORS = ["pwd", "fed"];
const SECOND_FACTORS = ["otp", "sms"];

/** The authentication context that the methods of a session (RFC 8176) prove. */
export function acrOf(amr: readonly string[]): Acr {
  const names = (methods: readonly string[]) => methods.some((method) => amr.includes(method));
  const isTwo = amr.includes("mfa") || (names(FIRST_FACTORS) && names(SECOND_FACTORS));
  return isTwo ? ACR_TWO_FACTORS : ACR_ONE_FACTOR;
}
