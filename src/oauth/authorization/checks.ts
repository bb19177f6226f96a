import { err, ok, type Result } from "../../core/result.ts";
import { isCleanText } from "../../core/text.ts";
import type { Resource } from "../../sessions/resource.ts";
import type { Client } from "../clients/client.ts";
import type { OAuthError, OAuthErrorCode } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";
import { matchesRedirectUri } from "../redirect-uri.ts";
import { chooseResource, chooseScopes } from "../scopes.ts";
import type { AuthorizationParameters, ValidRequest } from "./authorization-request.ts";
import { essentialAcrOf } from "./essential-acr.ts";
import { parsePrompt } from "./prompt.ts";

/** A request with the client that its `client_id` names. `isPushed`: its parameters were pushed (RFC 9126). */
export type CheckedRequest = AuthorizationParameters & {
  readonly client: Client | null;
  readonly isPushed: boolean;
  readonly resources: readonly Resource[];
};

/** A request whose client is known. */
type ClientRequest = CheckedRequest & { readonly client: Client };

const error = (code: OAuthErrorCode, description: string): OAuthError => ({ error: code, description });
const invalidRequest = (description: string): OAuthError => error("invalid_request", description);

// RFC 6749 §4.1.2.1: until client and redirect URI are known to be right, the browser must not be redirected.

/** `resource` may repeat (RFC 8707 §2); a later check refuses it. */
const noRepeatedParameter = ({ repeated }: CheckedRequest): OAuthError | null =>
  repeated.every((name) => name === "resource")
    ? null
    : invalidRequest("A parameter is included more than once.");

const valuesAreText = ({ form }: CheckedRequest): OAuthError | null =>
  [...form.values()].every(isCleanText) ? null : invalidRequest("A parameter has an invalid character.");

const clientIsKnown = ({ form, client }: CheckedRequest): OAuthError | null => {
  if (!form.has("client_id")) return invalidRequest("The parameter client_id is missing.");
  return client ? null : error("invalid_client", "The client is unknown.");
};

const redirectUriIsRegistered = ({ form, client }: CheckedRequest): OAuthError | null => {
  const redirectUri = form.get("redirect_uri");
  if (redirectUri === undefined) return invalidRequest("The parameter redirect_uri is missing.");
  return matchesRedirectUri(client?.redirectUris ?? [], redirectUri)
    ? null
    : invalidRequest("The client has not registered this redirect_uri.");
};

/** The checks whose error is shown on a page of this service. */
const PAGE_CHECKS = [noRepeatedParameter, valuesAreText, clientIsKnown, redirectUriIsRegistered];

const noRequestObject = ({ form }: ClientRequest): OAuthError | null =>
  form.has("request") ? error("request_not_supported", "Request objects are not supported.") : null;

const noForeignRequestUri = ({ form }: ClientRequest): OAuthError | null =>
  form.has("request_uri")
    ? error(
        "request_uri_not_supported",
        "Only a request_uri of the pushed authorization endpoint is supported.",
      )
    : null;

const noRegistration = ({ form }: ClientRequest): OAuthError | null =>
  form.has("registration")
    ? error("registration_not_supported", "The parameter registration is not supported.")
    : null;

const mayUseCodes = ({ client }: ClientRequest): OAuthError | null =>
  client.grantTypes.includes("authorization_code")
    ? null
    : error("unauthorized_client", "The client may not use the grant type authorization_code.");

const isPushedIfRequired = ({ client, isPushed }: ClientRequest): OAuthError | null =>
  client.requiresPushedRequests && !isPushed
    ? invalidRequest("The client must push its authorization requests (RFC 9126).")
    : null;

const asksForCode = ({ form }: ClientRequest): OAuthError | null => {
  const type = form.get("response_type");
  if (type === undefined) return invalidRequest("The parameter response_type is missing.");
  return type === "code"
    ? null
    : error("unsupported_response_type", "Only the response_type code is supported.");
};

const asksForQuery = ({ form }: ClientRequest): OAuthError | null =>
  (form.get("response_mode") ?? "query") === "query"
    ? null
    : invalidRequest("Only the response_mode query is supported.");

/** RFC 9700 §2.1.1. The default method is `plain` (RFC 7636 §4.3), so that a request must name S256. */
const usesPkce = ({ form }: ClientRequest): OAuthError | null => {
  if (form.get("code_challenge_method") !== "S256")
    return invalidRequest("PKCE with the code_challenge_method S256 is required.");
  return /^[\w-]{43}$/.test(form.get("code_challenge") ?? "")
    ? null
    : invalidRequest("The code_challenge must be a SHA-256 hash as base64url.");
};

const namesOneResource = ({ repeated }: ClientRequest): OAuthError | null =>
  repeated.includes("resource") ? error("invalid_target", "A request may name one resource only.") : null;

const scopesAreAllowed = (request: ClientRequest): OAuthError | null => {
  const chosen = chooseAccess(request);
  return chosen.ok ? null : chosen.error;
};

const promptIsValid = ({ form }: ClientRequest): OAuthError | null =>
  parsePrompt(form.get("prompt"))
    ? null
    : invalidRequest("The parameter prompt has an unknown value, or none with another one.");

const maxAgeIsValid = ({ form }: ClientRequest): OAuthError | null =>
  /^\d{1,10}$/.test(form.get("max_age") ?? "0")
    ? null
    : invalidRequest("The parameter max_age must be a number of seconds.");

/** The checks whose error is sent to the client. */
const REDIRECT_CHECKS = [
  noRequestObject,
  noForeignRequestUri,
  noRegistration,
  mayUseCodes,
  isPushedIfRequired,
  asksForCode,
  asksForQuery,
  usesPkce,
  namesOneResource,
  scopesAreAllowed,
  promptIsValid,
  maxAgeIsValid,
];

/** The redirect of an error: the redirect URI has been checked. */
export type ErrorTarget = {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state: string | null;
};

export type InvalidRequest =
  /** Shown on a page. */
  | { readonly kind: "page"; readonly error: OAuthError }
  | ({ readonly kind: "redirect"; readonly error: OAuthError } & ErrorTarget);

/** Checks a request in the order of the lists above. */
export function checkRequest(request: CheckedRequest): Result<ValidRequest, InvalidRequest> {
  for (const check of PAGE_CHECKS) {
    const failed = check(request);
    if (failed) return err({ kind: "page", error: failed });
  }
  const { form, client } = request;
  // The checks have required both.
  if (client === null) return err({ kind: "page", error: error("invalid_client", "The client is unknown.") });
  const target = { client, redirectUri: form.get("redirect_uri") ?? "", state: form.get("state") ?? null };
  for (const check of REDIRECT_CHECKS) {
    const failed = check({ ...request, client });
    if (failed) return err({ kind: "redirect", error: failed, ...target });
  }
  const access = chooseAccess({ ...request, client });
  if (!access.ok) return err({ kind: "redirect", error: access.error, ...target });
  return ok({ ...target, ...access.value, ...readOptions(form) });
}

function chooseAccess({ form, client, resources }: ClientRequest) {
  const resource = chooseResource({ client, resources, requested: form.get("resource") });
  if (!resource.ok) return resource;
  const scopes = chooseScopes({ client, resource: resource.value, requested: form.get("scope") });
  return scopes.ok ? ok({ resource: resource.value?.uri ?? "", scopes: scopes.value }) : scopes;
}

function readOptions(form: OAuthForm) {
  const maxAge = form.get("max_age");
  const listOf = (name: string) => (form.get(name) ?? "").split(" ").filter((value) => value !== "");
  return {
    codeChallenge: form.get("code_challenge") ?? "",
    nonce: form.get("nonce") ?? null,
    prompt: parsePrompt(form.get("prompt")) ?? new Set<never>(),
    maxAge: maxAge === undefined ? null : Number(maxAge),
    loginHint: form.get("login_hint") ?? null,
    idTokenHint: form.get("id_token_hint") ?? null,
    acrValues: listOf("acr_values"),
    essentialAcr: essentialAcrOf(form.get("claims")),
    uiLocales: listOf("ui_locales"),
  };
}
