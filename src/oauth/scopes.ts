import { err, ok, type Result } from "../core/result.ts";
import { OPENID_SCOPES, type Resource } from "../sessions/resource.ts";
import type { Client } from "./clients/client.ts";
import type { OAuthError } from "./oauth-error.ts";

export type OpenIdScope = (typeof OPENID_SCOPES)[number];

export const isOpenIdScope = (scope: string): scope is OpenIdScope =>
  OPENID_SCOPES.some((each) => each === scope);

/** The scopes of a space-separated list (RFC 6749 §3.3), each once. */
export const parseScope = (text: string): readonly string[] => [
  ...new Set(text.split(" ").filter((scope) => scope !== "")),
];

/** The form in which scopes are stored and returned: sorted, space-separated. */
export const scopeText = (scopes: readonly string[]): string => scopes.toSorted().join(" ");

type ResourceRequest = {
  readonly client: Pick<Client, "resources">;
  /** RESOURCES of the configuration. */
  readonly resources: readonly Resource[];
  /** The `resource` parameter (RFC 8707 §2). */
  readonly requested: string | undefined;
};

/**
 * The resource of a request: the requested one, or the only one of the client. Null: no resource, which only a request
 * for `openid` may have (`chooseScopes` checks it).
 */
export function chooseResource({
  client,
  resources,
  requested,
}: ResourceRequest): Result<Resource | null, OAuthError> {
  const allowed = resources.filter(({ uri }) => client.resources.includes(uri));
  if (requested === undefined) return ok(allowed.length === 1 ? (allowed[0] ?? null) : null);
  const resource = allowed.find(({ uri }) => uri === requested);
  return resource ? ok(resource) : err(invalidTarget("The client may not request this resource."));
}

type ScopeRequest = {
  readonly client: Pick<Client, "scopes">;
  /** The result of `chooseResource`. */
  readonly resource: Resource | null;
  /** The `scope` parameter. Without it: all scopes of the resource that the client may request. */
  readonly requested: string | undefined;
};

/** The scopes of a request, sorted. Each must be allowed to the client, and be of OpenID Connect or of the resource. */
export function chooseScopes({
  client,
  resource,
  requested,
}: ScopeRequest): Result<readonly string[], OAuthError> {
  const ofResource = client.scopes.filter((scope) => isOfResource(resource, scope));
  const scopes = requested === undefined ? ofResource : parseScope(requested);
  if (scopes.length === 0) return err(invalidScope("The scope parameter is required."));
  const isAllowed = (scope: string) =>
    client.scopes.includes(scope) && (isOpenIdScope(scope) || ofResource.includes(scope));
  const refused = scopes.filter((scope) => !isAllowed(scope));
  if (refused.length > 0)
    return err(invalidScope("The client may not request one of these scopes for this resource."));
  if (resource === null && !scopes.includes("openid"))
    return err(invalidTarget("The resource parameter is required without the scope openid."));
  return ok(scopes.toSorted());
}

/** A scope of OpenID Connect has the same meaning everywhere, so a resource cannot define it. */
const isOfResource = (resource: Resource | null, scope: string): boolean =>
  resource !== null && Object.hasOwn(resource.scopes, scope) && !isOpenIdScope(scope);

/**
 * The scopes of a refresh (RFC 6749 §6): those of the grant, or the requested part of them. A scope that was not
 * granted is refused.
 */
export function narrowScopes(
  granted: readonly string[],
  requested: string | undefined,
): Result<readonly string[], OAuthError> {
  if (requested === undefined) return ok(granted);
  const scopes = parseScope(requested);
  if (scopes.length === 0 || scopes.some((scope) => !granted.includes(scope)))
    return err(invalidScope("The scope exceeds the scope that was granted."));
  return ok(scopes.toSorted());
}

const invalidTarget = (description: string): OAuthError => ({ error: "invalid_target", description });
const invalidScope = (description: string): OAuthError => ({ error: "invalid_scope", description });
