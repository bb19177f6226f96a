/**
 * `acr` values of this service (OpenID Connect Core §2): one factor, two factors, or a passkey that verified the user
 * (`phr`, OpenID Connect Extended Authentication Profile §2).
 */
export const ACR_ONE_FACTOR = "urn:gatehouse:acr:1fa";
export const ACR_TWO_FACTORS = "urn:gatehouse:acr:2fa";
export const ACR_PHISHING_RESISTANT = "phr";

/** In ascending order: each satisfies those before it. */
export const ACR_VALUES = [ACR_ONE_FACTOR, ACR_TWO_FACTORS, ACR_PHISHING_RESISTANT] as const;

export type Acr = (typeof ACR_VALUES)[number];

const PASSKEYS = ["hwk", "swk"];

/**
 * The authentication context that the methods of a session (RFC 8176) prove. Two methods are two factors only with `mfa`: a
 * mailed code beside the password is none where the deployment does not allow it as a second factor.
 */
export function acrOf(amr: readonly string[]): Acr {
  if (PASSKEYS.some((method) => amr.includes(method)) && amr.includes("user")) return ACR_PHISHING_RESISTANT;
  return amr.includes("mfa") ? ACR_TWO_FACTORS : ACR_ONE_FACTOR;
}

export const isAcr = (value: string): value is Acr => ACR_VALUES.some((known) => known === value);

/** Whether an authentication of this context satisfies one of the required values. Unknown values are never satisfied. */
export const satisfiesAcr = (acr: Acr, required: readonly string[]): boolean =>
  required.some((value) => isAcr(value) && ACR_VALUES.indexOf(acr) >= ACR_VALUES.indexOf(value));
