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

const covers = (grant: StoredGrant | null, scopes: readonly string[]): grant is StoredGrant => {
  const granted = parseScope(grant?.scope ?? "");
  return grant !== null && scopes.every((scope) => granted.includes(scope));
};

/** Whether the user must be asked: always, unless the redirect proves the client (RFC 8252 §8.6). */
export function requiresConsent(request: ConsentRequest, grant: StoredGrant | null): boolean {
  if (request.prompt.has("consent") || !allowsSilentConsent(request.redirectUri)) return true;
  return !request.client.isFirstParty && !covers(grant, request.scopes);
}

/** The scopes of the grant after this request. */
export const grantedScope = (grant: StoredGrant | null, scopes: readonly string[]): string =>
  scopeText([...new Set([...parseScope(grant?.scope ?? ""), ...scopes])]);
