import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";

/** The audit events of a batch that removes what the earlier user of an implied address may have set up. */
export type ForeignAccessRemoval = {
  /** For each removed identity. The batch sets its id and its provider. */
  readonly identityRemoved: NewAuditEvent;
  readonly phoneRemoved: NewAuditEvent;
  /** One for all API keys. The batch sets their ids. */
  readonly apiKeysRevoked: NewAuditEvent;
  /** One for all connected apps. The batch sets the ids of their clients. */
  readonly appsRevoked: NewAuditEvent;
};

export const newForeignAccessRemoval = (
  deps: { readonly clock: Clock },
  caller: Caller,
  accountId: string,
): ForeignAccessRemoval => ({
  identityRemoved: newAuditEvent(
    deps,
    { type: "identity_removed", details: { provider: "" } },
    caller,
    accountId,
  ),
  phoneRemoved: newAuditEvent(deps, { type: "phone_removed" }, caller, accountId),
  apiKeysRevoked: newAuditEvent(deps, { type: "api_key_revoked", details: { keyId: "" } }, caller, accountId),
  appsRevoked: newAuditEvent(deps, { type: "app_revoked", details: { client: "" } }, caller, accountId),
});
