import { clock } from "../clock.ts";
import type { AccessToken } from "./access-token.ts";

/** Requirements that an access token has to meet, besides being valid for the resource. */
export type Requirements = {
  /** All of these. */
  readonly scopes?: readonly string[];
  /** Who may call: users by default, since code that reads a user must not meet a machine. */
  readonly callers?: "users" | "machines" | "all";
  /** Seconds since the user authenticated (RFC 9470). Suggested for payments and changes of rights: 300. */
  readonly maxAge?: number;
  /** An accepted authentication context class, or several. A stronger class of Gatehouse is accepted too (RFC 9470). */
  readonly acr?: string | readonly string[];
};

/** The classes of Gatehouse, in ascending order. */
const ACR_ORDER = ["urn:gatehouse:acr:1fa", "urn:gatehouse:acr:2fa", "phr"];

/** Seconds by which the clocks of two servers may differ. */
const CLOCK_TOLERANCE = 5;

export type UnmetRequirement =
  | "insufficient_scope"
  | "insufficient_user_authentication"
  | "caller_not_allowed";

/** Returns the first requirement that the token does not meet, or null. */
export function unmetRequirement(token: AccessToken, requirements: Requirements): UnmetRequirement | null {
  const { scopes = [], callers = "users", maxAge } = requirements;
  if (callers !== "all" && callers !== `${token.kind}s`) return "caller_not_allowed";
  if (!scopes.every((scope) => token.scopes.includes(scope))) return "insufficient_scope";
  const authTime = token.kind === "user" ? token.authTime : undefined;
  const isRecent = authTime !== undefined && clock.now() / 1000 - authTime <= (maxAge ?? 0) + CLOCK_TOLERANCE;
  if (maxAge !== undefined && !isRecent) return "insufficient_user_authentication";
  const accepted = acrValuesOf(requirements);
  const acr = token.kind === "user" ? token.acr : undefined;
  if (accepted.length > 0 && !accepted.some((value) => satisfies(acr, value))) {
    return "insufficient_user_authentication";
  }
  return null;
}

export const acrValuesOf = ({ acr = [] }: Requirements): readonly string[] =>
  typeof acr === "string" ? [acr] : acr;

function satisfies(acr: string | undefined, required: string): boolean {
  if (acr === undefined) return false;
  const least = ACR_ORDER.indexOf(required);
  return acr === required || (least >= 0 && ACR_ORDER.indexOf(acr) >= least);
}
