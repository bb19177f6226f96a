import type { StoredGrant } from "../grants/grant.ts";
import { allowsSilentConsent, redirectHostOf } from "../redirect-uri.ts";
import { parseScope, scopeText } from "../scopes.ts";
import type { ValidRequest } from "./authorization-request.ts";

type ConsentRequest = Pick<ValidRequest, "client" | "redirectUri" | "resource" | "scopes" | "prompt">;

/** The consent of the account for this resource and this receiver of codes. */
export function findGrant(
  grants: readonly StoredGrant[],
  { redirectUri, resource }: Pick<ValidRequest, "redirectUri" | "resource">,
): StoredGrant | null {
  const redirectHost = redirectHostOf(redirectUri);
  return grants.find((grant) => grant.resource === resource && grant.redirectHost === redirectHost) ?? null;
}

function covers(grant: StoredGrant | null, scopes: readonly string[]): boolean {
  if (grant === null || !grant.isConsented) return false;
  const granted = parseScope(grant.scope);
  return scopes.every((scope) => granted.includes(scope));
}

/** Whether the user must be asked: always, unless the redirect proves the client (RFC 8252 §8.6). */
export function requiresConsent(request: ConsentRequest, grant: StoredGrant | null): boolean {
  if (request.prompt.has("consent") || !allowsSilentConsent(request.redirectUri)) return true;
  return !request.client.isFirstParty && !covers(grant, request.scopes);
}

/** The scopes of the grant after this request. A consent does not extend to those that no user has allowed. */
export function grantedScope(
  grant: StoredGrant | null,
  scopes: readonly string[],
  isConsent: boolean,
): string {
  const kept = grant !== null && (grant.isConsented || !isConsent) ? parseScope(grant.scope) : [];
  return scopeText([...new Set([...kept, ...scopes])]);
}
