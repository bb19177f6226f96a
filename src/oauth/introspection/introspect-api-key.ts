import type { StoredApiKey } from "../../api-keys/api-key.ts";
import type { PresentedApiKey } from "../../api-keys/key-format.ts";
import { type AcceptApiKeyDeps, acceptApiKey } from "../../api-keys/verify-api-key.ts";
import { SECOND } from "../../core/clock.ts";
import { type Client, isResourceServer } from "../clients/client.ts";

export type IntrospectApiKeyDeps = AcceptApiKeyDeps & { readonly settings: { readonly publicUrl: string } };

type Presented = {
  readonly caller: Pick<Client, "resources" | "source">;
  readonly key: PresentedApiKey;
  readonly stored: StoredApiKey | null;
};

/**
 * Introspects an API key for a client that is registered for its resource. Null: it is not active. A request of another
 * client is no use of the key. There is no `client_id`: a key belongs to a user alone.
 */
export function introspectApiKey(deps: IntrospectApiKeyDeps, { caller, key, stored }: Presented) {
  if (stored === null || !isResourceServer(caller, stored.resource)) return null;
  const accepted = acceptApiKey(deps, key, stored, { audience: stored.resource, scopes: [] });
  if (!accepted.ok) return null;
  const { accountId, resource, scopes, role, createdAt, expiresAt } = accepted.value;
  return {
    active: true,
    iss: deps.settings.publicUrl,
    token_type: "api_key",
    scope: scopes.join(" "),
    aud: resource,
    iat: Math.floor(createdAt / SECOND),
    ...(expiresAt === null ? {} : { exp: Math.floor(expiresAt / SECOND) }),
    sub: accountId,
    role,
  } as const;
}
