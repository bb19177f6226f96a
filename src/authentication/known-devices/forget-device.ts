import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { KnownDeviceStore } from "./store.ts";

export type ForgetDeviceDeps = {
  readonly clock: Clock;
  readonly knownDevices: Pick<KnownDeviceStore, "forget">;
};

type ForgetDeviceInput = {
  readonly deviceId: string;
  readonly accountId: string;
  readonly caller: Caller;
};

/** Makes one device of the user unknown. Its sessions go on. */
export async function forgetDevice(
  deps: ForgetDeviceDeps,
  { deviceId, accountId, caller }: ForgetDeviceInput,
): Promise<Result<void, { readonly reason: "not_found" }>> {
  const event = { type: "device_forgotten", details: { deviceId } } as const;
  const audit = newAuditEvent(deps, event, caller, accountId);
  const outcome = await deps.knownDevices.forget({ deviceId, accountId, audit });
  return outcome === "forgotten" ? ok(undefined) : err({ reason: outcome });
}
