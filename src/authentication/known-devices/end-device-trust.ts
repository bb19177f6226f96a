import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { KnownDeviceStore } from "./store.ts";

export type EndDeviceTrustDeps = {
  readonly clock: Clock;
  readonly knownDevices: Pick<KnownDeviceStore, "endTrust">;
};

type EndDeviceTrustInput = {
  readonly deviceId: string;
  readonly accountId: string;
  readonly caller: Caller;
};

/** Sign-ins on one device of the user need the second factor again. The device stays known, and its sessions go on. */
export async function endDeviceTrust(
  deps: EndDeviceTrustDeps,
  { deviceId, accountId, caller }: EndDeviceTrustInput,
): Promise<Result<void, { readonly reason: "not_found" }>> {
  const event = { type: "device_trust_ended", details: { deviceId } } as const;
  const audit = newAuditEvent(deps, event, caller, accountId);
  const outcome = await deps.knownDevices.endTrust({ deviceId, accountId, audit });
  return outcome === "ended" ? ok(undefined) : err({ reason: outcome });
}
