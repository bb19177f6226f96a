import { clock } from "./clock.ts";

/** How recently and how strongly the user must have authenticated (RFC 9470). */
export type Recency = {
  /** Seconds since the user authenticated. Suggested for payments and changes of rights: 300. */
  readonly maxAge?: number | undefined;
  /** Accepted authentication context classes. A stronger class of Gatehouse is accepted too. */
  readonly acrValues?: readonly string[] | undefined;
};

/** The classes of Gatehouse, in ascending order. */
const ACR_ORDER = ["urn:gatehouse:acr:1fa", "urn:gatehouse:acr:2fa", "phr"];

/** Seconds by which the clocks of two servers may differ. */
const CLOCK_TOLERANCE = 5;

type Authentication = { readonly authTime?: number | undefined; readonly acr?: string | undefined };

/** Whether an authentication is recent and strong enough. `authTime`: seconds since the epoch. */
export function isAuthenticatedEnough(
  { authTime, acr }: Authentication,
  { maxAge, acrValues = [] }: Recency,
): boolean {
  const age = authTime === undefined ? Number.POSITIVE_INFINITY : clock.now() / 1000 - authTime;
  if (maxAge !== undefined && age > maxAge + CLOCK_TOLERANCE) return false;
  return acrValues.length === 0 || acrValues.some((value) => satisfies(acr, value));
}

function satisfies(acr: string | undefined, required: string): boolean {
  if (acr === undefined) return false;
  const least = ACR_ORDER.indexOf(required);
  return acr === required || (least >= 0 && ACR_ORDER.indexOf(acr) >= least);
}

/** The parameters of the challenge that asks for it (RFC 9470 §3). */
export const challengeParameters = ({ maxAge, acrValues }: Recency): Record<string, string | undefined> => ({
  acr_values: acrValues?.join(" "),
  max_age: maxAge?.toString(),
});

/** Only what is set: an earlier release of Gatehouse refuses options that it does not know. */
export const recencyOptions = ({ maxAge, acrValues }: Recency): Recency => ({
  ...(maxAge === undefined ? {} : { maxAge }),
  ...(acrValues === undefined ? {} : { acrValues }),
});
