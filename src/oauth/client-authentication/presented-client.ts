import { err, ok, type Result } from "../../core/result.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";

/** What a request presents to authenticate a client (RFC 6749 §2.3, RFC 7523 §2.2). Nothing of it is verified. */
export type PresentedClient =
  | { readonly method: "none"; readonly clientId: string }
  | {
      readonly method: "client_secret_basic" | "client_secret_post";
      readonly clientId: string;
      readonly secret: string;
    }
  | { readonly method: "private_key_jwt"; readonly clientId: string; readonly assertion: string };

export type ClientCredentials = {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  readonly form: OAuthForm;
};

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Reads the credentials of a client. RFC 6749 §2.3: a request must not use more than one method. */
export function readPresentedClient({
  authorization,
  form,
}: ClientCredentials): Result<PresentedClient, OAuthError> {
  const secret = form.get("client_secret");
  const assertion = form.get("client_assertion");
  const assertionType = form.get("client_assertion_type");
  const hasAssertion = assertion !== undefined || assertionType !== undefined;
  const methods = [authorization !== undefined, secret !== undefined, hasAssertion];
  if (methods.filter(Boolean).length > 1)
    return err(invalidRequest("The request authenticates the client in more than one way."));
  const clientId = form.get("client_id");
  if (authorization !== undefined) return readBasic(authorization, clientId);
  if (hasAssertion) return readAssertion(assertion, assertionType, clientId);
  if (clientId === undefined) return err(invalidClient("The request names no client."));
  return ok(
    secret === undefined ? { method: "none", clientId } : { method: "client_secret_post", clientId, secret },
  );
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined and encoded in base64. */
function readBasic(header: string, formClientId: string | undefined): Result<PresentedClient, OAuthError> {
  const [, encoded = ""] = /^basic +([\w+/=-]+) *$/i.exec(header) ?? [];
  const credentials = decodeBase64(encoded);
  const colon = credentials?.indexOf(":") ?? -1;
  if (!credentials || colon < 1) return err(invalidClient("The Authorization header is not valid."));
  const clientId = formDecode(credentials.slice(0, colon));
  const secret = formDecode(credentials.slice(colon + 1));
  if (clientId === null || secret === null)
    return err(invalidClient("The Authorization header is not valid."));
  if (formClientId !== undefined && formClientId !== clientId)
    return err(invalidRequest("The client_id differs from the one in the Authorization header."));
  return ok({ method: "client_secret_basic", clientId, secret });
}

function readAssertion(
  assertion: string | undefined,
  type: string | undefined,
  formClientId: string | undefined,
): Result<PresentedClient, OAuthError> {
  if (type !== ASSERTION_TYPE || assertion === undefined)
    return err(invalidRequest("The client assertion or its type is missing or not supported."));
  // RFC 7521 §4.2: client_id is optional. The subject names the client; the signature is checked with its keys.
  const clientId = formClientId ?? unverifiedSubject(assertion);
  return clientId === null
    ? err(invalidClient("The client assertion is not valid."))
    : ok({ method: "private_key_jwt", clientId, assertion });
}

const unverifiedSubject = (assertion: string): string | null => unverifiedClaim(assertion, "sub");

/** The `jti` of a presented assertion. Null: there is none. It is verified later. */
export const unverifiedJti = (presented: PresentedClient): string | null =>
  presented.method === "private_key_jwt" ? unverifiedClaim(presented.assertion, "jti") : null;

function unverifiedClaim(assertion: string, name: "sub" | "jti"): string | null {
  const [, payload = ""] = assertion.split(".");
  try {
    const claims: unknown = JSON.parse(decodeBase64(payload) ?? "");
    const value: unknown =
      typeof claims === "object" && claims !== null ? Reflect.get(claims, name) : undefined;
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

/** The UTF-8 text of base64 or base64url, or null. */
function decodeBase64(text: string): string | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function formDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

const invalidRequest = (description: string): OAuthError => ({ error: "invalid_request", description });
const invalidClient = (description: string): OAuthError => ({ error: "invalid_client", description });
