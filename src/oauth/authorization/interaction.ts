import { HOUR } from "../../core/clock.ts";
import { seal, unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { OAUTH_PATHS } from "../endpoints.ts";
import { INTERACTION, requestQuery } from "./authorization-request.ts";

/**
 * What a request may rely on after the user was asked: a sign-in since `at` (ms), or that the user has chosen the account
 * of a session. It grants nothing by itself, since the session in D1 has the instant of its authentication.
 */
export type Interaction = {
  readonly at: number;
  readonly sessionId: string | null;
  /** The user was asked for the `acr` of the request. */
  readonly hasSteppedUp?: boolean;
};

const STEPPED_UP = "stepped-up";

/** Not sealed: it grants nothing, and the client could also ask for an error by `prompt=none`. */
const CANCELLED = "cancelled";

/** Milliseconds within which the user signs in. */
const TTL = HOUR;

type Deps = { readonly secrets: SecretRing };

/** The path of the same authorization request, with the sealed interaction. It is valid for this request only. */
export async function pathWithInteraction(
  { secrets }: Deps,
  query: string,
  { at, sessionId, hasSteppedUp = false }: Interaction,
): Promise<string> {
  const request = requestQuery(query);
  const text = `${at} ${sessionId ?? ""} ${hasSteppedUp ? STEPPED_UP : ""}`;
  const sealed = await seal(secrets, "seal-authorization", context(request), text);
  return `${authorizePath(request)}&${INTERACTION}=${sealed}`;
}

/** The path of the authorization request. */
export const authorizePath = (query: string): string => `${OAUTH_PATHS.authorize}?${requestQuery(query)}`;

/** The interaction of a query. Null: none, or one of another request, or an old one. */
export async function readInteraction(
  { secrets }: Deps,
  query: string,
  now: number,
): Promise<Interaction | null> {
  const sealed = new URLSearchParams(query).get(INTERACTION);
  if (sealed === null) return null;
  const text = await unseal(secrets, "seal-authorization", context(requestQuery(query)), sealed);
  if (text === null) return null;
  const [at = "", sessionId = "", step = ""] = text.split(" ");
  if (now - Number(at) > TTL) return null;
  return {
    at: Number(at),
    sessionId: sessionId === "" ? null : sessionId,
    hasSteppedUp: step === STEPPED_UP,
  };
}

const context = (request: string): string => `interaction\n${request}`;

/** Whether a path of this service is an authorization request. */
export const isAuthorizationPath = (path: string): boolean => path.startsWith(`${OAUTH_PATHS.authorize}?`);

/** Whether a path of this service is an authorization request that a new sign-in must precede. */
export const requiresNewSignIn = (path: string): boolean =>
  isAuthorizationPath(path) && queryOf(path).has(INTERACTION);

/** The path that sends the user back to the client without access. */
export const cancelPath = (path: string): string =>
  `${authorizePath(queryOf(path).toString())}&${INTERACTION}=${CANCELLED}`;

/** Whether the user has cancelled the sign-in that the request asked for. */
export const isCancelled = (query: string): boolean =>
  new URLSearchParams(query).get(INTERACTION) === CANCELLED;

const queryOf = (path: string): URLSearchParams => new URLSearchParams(path.slice(path.indexOf("?")));
