import { utf8Length } from "../../core/text.ts";

/** Claims of the team's Worker, with names that collide with no claim of a standard. */
export type CustomClaims = Readonly<Record<string, unknown>>;

/** Bytes of all claims as JSON. A token travels in a header, which servers limit to 8 KiB. */
export const MAX_CLAIMS_BYTES = 4096;

const MAX_NAME_LENGTH = 256;
const MAX_DEPTH = 16;

/**
 * Claims of tokens by RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2 and §5.1, RFC 8693 §4, RFC 7800 §3 and by this
 * service. CLAIMS_PREFIX may match the beginning of one.
 */
const RESERVED = new Set([
  ...[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "sid",
    "auth_time",
    "acr",
    "amr",
  ],
  ...["azp", "nonce", "at_hash", "c_hash", "s_hash", "sub_jwk", "role", "roles", "groups", "entitlements"],
  ...["name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile"],
  ...["picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale"],
  ...["phone_number", "phone_number_verified", "address", "updated_at", "_claim_names", "_claim_sources"],
  ...["act", "may_act", "cnf", "events", "toe", "txn", "authorization_details", "token_introspection"],
]);

/** Names of this service's own URNs. */
const OWN_NAMESPACE = "urn:gatehouse:";

/**
 * Whether a claim of the team's Worker may have this name: a collision-resistant one (RFC 7519 §4.2), which contains a
 * colon as each URI does, or one with the configured prefix.
 */
export function isClaimName(name: string, prefix: string | null): boolean {
  if (name.length > MAX_NAME_LENGTH || !/^[\x21-\x7e]+$/.test(name)) return false;
  if (RESERVED.has(name) || name.toLowerCase().startsWith(OWN_NAMESPACE)) return false;
  if (prefix !== null && name.startsWith(prefix) && name.length > prefix.length) return true;
  return /[^:]:./.test(name);
}

/** The claims, or null if the answer is no object of allowed names and JSON values, or is too large. */
export function readClaims(answer: unknown, prefix: string | null): CustomClaims | null {
  if (!isPlainObject(answer) || !isJson(answer, MAX_DEPTH)) return null;
  if (!Object.keys(answer).every((name) => isClaimName(name, prefix))) return null;
  const text = JSON.stringify(answer);
  // A copy: the answer of an RPC call may hold resources of the request.
  return utf8Length(text) <= MAX_CLAIMS_BYTES ? (JSON.parse(text) as CustomClaims) : null;
}

/** Whether JSON represents the value without loss. RPC also carries functions, dates, streams and stubs. */
function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (depth === 0) return false;
  const members = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : null;
  return members?.every((member) => isJson(member, depth - 1)) ?? false;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
