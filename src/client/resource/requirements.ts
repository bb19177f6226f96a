import { isAuthenticatedEnough } from "../recency.ts";
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

export type UnmetRequirement =
  | "insufficient_scope"
  | "insufficient_user_authentication"
  | "caller_not_allowed";

/** Returns the first requirement that the token does not meet, or null. */
export function unmetRequirement(token: AccessToken, requirements: Requirements): UnmetRequirement | null {
  const { scopes = [], callers = "users", maxAge } = requirements;
  if (callers !== "all" && callers !== `${token.kind}s`) return "caller_not_allowed";
  if (!scopes.every((scope) => token.scopes.includes(scope))) return "insufficient_scope";
  const { authTime, acr } = token.kind === "user" ? token : {};
  return isAuthenticatedEnough({ authTime, acr }, { maxAge, acrValues: acrValuesOf(requirements) })
    ? null
    : "insufficient_user_authentication";
}

export const acrValuesOf = ({ acr = [] }: Requirements): readonly string[] =>
  typeof acr === "string" ? [acr] : acr;
