import type { Resource } from "../../sessions/resource.ts";
import type { Client } from "../clients/client.ts";
import { isOpenIdScope, parseScope } from "../scopes.ts";
import type { AuthorizedAccess } from "./presented-grant.ts";

/** What an authorization still allows: its client and RESOURCES may have changed since. */
export type CurrentAccess = Pick<AuthorizedAccess, "accountId" | "resource"> & {
  /** Empty: nothing of it is left. */
  readonly scopes: readonly string[];
};

export const currentAccess = (
  client: Client,
  access: AuthorizedAccess,
  resources: readonly Resource[],
): CurrentAccess => ({
  accountId: access.accountId,
  resource: access.resource,
  scopes: remainingScopes(client, access, resources),
});

/** The authorized scopes that the client may still request. Without a resource only `openid` gives access (`chooseScopes`). */
export function remainingScopes(
  client: Client,
  { scope, resource }: Pick<AuthorizedAccess, "scope" | "resource">,
  resources: readonly Resource[],
): readonly string[] {
  const known = resources.find(({ uri }) => uri === resource && client.resources.includes(uri));
  if (resource !== null && known === undefined) return [];
  const scopes = parseScope(scope).filter(
    (each) =>
      client.scopes.includes(each) && (isOpenIdScope(each) || Object.hasOwn(known?.scopes ?? {}, each)),
  );
  return resource === null && !scopes.includes("openid") ? [] : scopes;
}
