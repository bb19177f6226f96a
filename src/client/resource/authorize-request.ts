import { decodeJwt } from "jose";
import type { Fetch } from "../fetch.ts";
import { recencyOptions } from "../recency.ts";
import type { StrictVerifier } from "../verifier.ts";
import { isCompactJws, KeysUnavailable, verifyJwt } from "../verify-jwt.ts";
import { type AccessToken, readAccessToken } from "./access-token.ts";
import { type BearerError, challenge } from "./challenge.ts";
import { acrValuesOf, type Requirements, unmetRequirement } from "./requirements.ts";
import type { Resource } from "./resource-metadata.ts";

export type ResourceOptions = Resource & {
  /**
   * A verifier over a service binding. Tokens of users are then also checked for a sign-out; without it, a token is
   * valid until it expires.
   */
  readonly verifier?: StrictVerifier;
  /** Fetches the key sets, such as `(url, init) => env.GATEHOUSE.fetch(url, init)` over a service binding. */
  readonly fetch?: Fetch;
};

/** Why a request was refused, with the status and the headers of the response. */
export type Refusal = {
  readonly ok: false;
  readonly status: 401 | 403 | 503;
  readonly error: "unauthorized" | BearerError | "unavailable";
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type Authorization<T extends AccessToken = AccessToken> =
  | { readonly ok: true; readonly token: T }
  | Refusal;

export type CheckOptions = Requirements & {
  /** Also checks session and account in D1: exact at this instant. Needs a `verifier`. */
  readonly strict?: boolean;
};

/** Decides about a request by its `Authorization` header. `requirements.scopes` are the scopes of this operation. */
export async function authorizeRequest(
  options: ResourceOptions,
  authorization: string | null | undefined,
  requirements: CheckOptions = {},
): Promise<Authorization> {
  const refuse = refusals(options, requirements);
  if (!/^bearer\b/i.test(authorization ?? "")) return refuse.missing();
  const [, token = ""] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? "") ?? [];
  const verified = await verifyToken(options, token);
  if (verified === "unavailable") return refuse.unavailable();
  if (verified === null) return refuse.invalid();
  // A strict verifier counts the reauthentications since the token was issued.
  const { maxAge, acr, ...others } = requirements;
  const unmet = unmetRequirement(verified, requirements.strict ? others : requirements);
  if (unmet !== null) return refuse[unmet]();
  const liveness = await checkSession(options, token, verified, requirements);
  if (liveness === "unavailable") return refuse.unavailable();
  if (liveness === "too_old") return refuse.insufficient_user_authentication();
  return liveness === "live" ? { ok: true, token: verified } : refuse.invalid();
}

/** RFC 9068 §4. The issuer is one of those that the resource trusts; the keys are that issuer's. */
async function verifyToken(
  { resource, authorizationServers, fetch }: ResourceOptions,
  token: string,
): Promise<AccessToken | null | "unavailable"> {
  if (!isCompactJws(token)) return null;
  try {
    const { iss } = decodeJwt(token);
    const issuer = authorizationServers.find((trusted) => trusted === iss);
    if (issuer === undefined) return null;
    const expected = { alg: "ES256", typ: "at+jwt", issuer, audience: resource, fetch } as const;
    return readAccessToken(await verifyJwt(token, { ...expected, requiredClaims: REQUIRED_CLAIMS }));
  } catch (cause) {
    return cause instanceof KeysUnavailable ? "unavailable" : null;
  }
}

const REQUIRED_CLAIMS = ["exp", "iat", "sub", "jti", "client_id"];

/** Asks Gatehouse whether the session of a user's token is live. Tokens of machines have no session. */
async function checkSession(
  { verifier }: ResourceOptions,
  token: string,
  { kind }: AccessToken,
  requirements: CheckOptions,
): Promise<"live" | "ended" | "too_old" | "unavailable"> {
  const { strict = false, maxAge } = requirements;
  const acrValues = acrValuesOf(requirements);
  const recency = strict
    ? recencyOptions({ maxAge, acrValues: acrValues.length > 0 ? acrValues : undefined })
    : {};
  if (strict && !verifier) throw new TypeError("strict needs a verifier over a service binding");
  if (!verifier || kind === "machine") return "live";
  const result = await verifier.verify(token, { strict, ...recency });
  if (result.ok) return "live";
  if (result.reason === "bad_request" || result.reason === "forbidden") {
    throw new Error(`Gatehouse rejected the call: ${result.reason}. Check the props of the service binding.`);
  }
  if (result.reason === "reauthentication_required") return "too_old";
  return result.reason === "unavailable" ? "unavailable" : "ended";
}

function refusals(options: Resource, requirements: Requirements) {
  const refusal = (status: 401 | 403, code: BearerError, message: string): Refusal => ({
    ok: false,
    status,
    error: code,
    message,
    headers: { "WWW-Authenticate": challenge(options, requirements, { code, description: message }) },
  });
  return {
    missing: (): Refusal => ({
      ok: false,
      status: 401,
      error: "unauthorized",
      message: "An access token is required.",
      headers: { "WWW-Authenticate": challenge(options, requirements) },
    }),
    unavailable: (): Refusal => ({
      ok: false,
      status: 503,
      error: "unavailable",
      message: "The token could not be verified. Try again in a moment.",
      headers: { "Retry-After": "5" },
    }),
    invalid: () => refusal(401, "invalid_token", "The access token is invalid, expired or revoked."),
    insufficient_scope: () => refusal(403, "insufficient_scope", "The access token lacks a scope."),
    caller_not_allowed: () =>
      refusal(403, "insufficient_scope", "This kind of client may not call the operation."),
    insufficient_user_authentication: () =>
      refusal(
        401,
        "insufficient_user_authentication",
        "A more recent or stronger authentication is required.",
      ),
  };
}
