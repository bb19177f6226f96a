import { type AuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { ownAudience } from "../../sessions/audience.ts";
import type { HeldSession } from "../authorization/held-session.ts";
import { parseScope, scopeText } from "../scopes.ts";
import type { PendingDeviceRequest } from "./device-request.ts";
import type { DeviceRequestStore } from "./store.ts";

export type DecideDeviceRequestDeps = {
  readonly clock: Clock;
  readonly deviceRequests: Pick<DeviceRequestStore, "decide">;
  readonly settings: Parameters<typeof ownAudience>[0];
};

type Decision = {
  readonly isAllowed: boolean;
  readonly request: PendingDeviceRequest;
  readonly held: HeldSession;
  readonly caller: Caller;
};

/**
 * Records the user's decision (RFC 8628 §3.3) with the consent, in one batch. `not_held`: the session has ended, or its
 * refresh token is not current. `not_pending`: the request has expired, or is decided.
 */
export async function decideDeviceRequest(
  deps: DecideDeviceRequestDeps,
  { isAllowed, request, held, caller }: Decision,
): Promise<"decided" | "not_pending" | "not_held"> {
  const now = deps.clock.now();
  const { deviceCodeHash, client, resource, scope, grant } = request;
  const event: AuditEvent = {
    type: isAllowed ? "device_authorized" : "device_denied",
    details: { client: client.id, scope },
  };
  return deps.deviceRequests.decide({
    deviceCodeHash,
    held,
    own: ownAudience(deps.settings),
    grant: isAllowed
      ? {
          id: grant?.id ?? newId(),
          clientId: client.id,
          resource,
          // The list of apps shows all that the client has got.
          scope: scopeText([...new Set([...parseScope(grant?.scope ?? ""), ...parseScope(scope)])]),
          redirectHost: "",
          isConsented: true,
          now,
        }
      : null,
    audit: newAuditEvent(deps, event, caller, held.accountId),
    now,
  });
}
