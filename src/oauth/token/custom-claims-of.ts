import { err, ok, type Result } from "../../core/result.ts";
import type { Client } from "../clients/client.ts";
import { type ReadCustomClaimsDeps, readCustomClaims } from "../custom-claims/read-custom-claims.ts";
import type { CustomClaims } from "../custom-claims/rules.ts";
import type { OAuthError } from "../oauth-error.ts";

type TokenToIssue = {
  readonly client: Pick<Client, "id">;
  /** Null: the request has presented nothing that is valid, so that there is nothing to ask. */
  readonly access: { readonly accountId: string | null; readonly resource: string | null } | null;
  readonly scopes: readonly string[];
};

/**
 * The custom claims of an access token, or the error of its request. Called before a code, a device code or a refresh
 * token is consumed.
 */
export async function customClaimsOf(
  deps: ReadCustomClaimsDeps,
  { client, access, scopes }: TokenToIssue,
): Promise<Result<CustomClaims, OAuthError>> {
  if (access === null) return ok({});
  const { accountId, resource } = access;
  const claims = await readCustomClaims(deps, { accountId, clientId: client.id, resource, scopes });
  return claims.ok ? claims : err(UNAVAILABLE);
}

const UNAVAILABLE: OAuthError = {
  error: "temporarily_unavailable",
  description: "The claims of the token cannot be read now. The request may be repeated.",
};
