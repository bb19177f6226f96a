import type { JWTPayload } from "jose";
import { SECOND } from "../../../core/clock.ts";
import { CLOCK_TOLERANCE } from "./code-flow.ts";
import type { OAuthTransaction } from "./provider.ts";
import { Refused } from "./provider-fetch.ts";

type Demand = Pick<OAuthTransaction, "newSignInSince">;

/** Asks for a new sign-in at an OpenID provider (Core 1.0 §3.1.2.1). `max_age` makes it state `auth_time`. */
export function demandNewSignIn(url: URL, { newSignInSince }: Demand): void {
  if (newSignInSince === null) return;
  url.searchParams.set("prompt", "login");
  url.searchParams.set("max_age", "0");
}

/**
 * The `auth_time` of an ID token (ms). Throws `Refused` if a new sign-in was demanded and the token does not prove it. A new
 * one has the time of this service, since the clocks differ.
 */
export function authenticatedAt(
  { auth_time: authTime }: JWTPayload,
  { newSignInSince }: Demand,
): number | undefined {
  const at = typeof authTime === "number" ? authTime * SECOND : undefined;
  if (newSignInSince === null) return at;
  if (at === undefined || at < newSignInSince - CLOCK_TOLERANCE * SECOND) throw new Refused();
  return undefined;
}
