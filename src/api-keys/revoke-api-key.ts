import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { ApiKeyStore } from "./store.ts";

export type RevokeApiKeyDeps = { readonly clock: Clock; readonly apiKeys: Pick<ApiKeyStore, "revoke"> };

type RevokeApiKeyInput = { readonly id: string; readonly accountId: string; readonly caller: Caller };

export type RevokeApiKeyFailure = { readonly reason: "not_found" };

/** Revokes a key of the user. It needs no recent authentication, so that a leaked key can be revoked at once. */
export async function revokeApiKey(
  deps: RevokeApiKeyDeps,
  { id, accountId, caller }: RevokeApiKeyInput,
): Promise<Result<void, RevokeApiKeyFailure>> {
  const event = { type: "api_key_revoked", details: { keyId: id } } as const;
  const audit = newAuditEvent(deps, event, caller, accountId);
  const outcome = await deps.apiKeys.revoke({ id, accountId, audit });
  return outcome === "revoked" ? ok(undefined) : err({ reason: outcome });
}
