import type { Clock } from "../../core/clock.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { KnownDeviceStore, KnownDeviceSummary } from "./store.ts";

export type ListDevicesDeps = {
  readonly clock: Clock;
  readonly knownDevices: Pick<KnownDeviceStore, "list">;
};

export type ListedDevice = KnownDeviceSummary & { readonly current: boolean };

/** The devices that the service remembers for the user. `current`: the device of this session. */
export async function listDevices(
  deps: ListDevicesDeps,
  { account, deviceId }: CurrentSession,
): Promise<ListedDevice[]> {
  const known = await deps.knownDevices.list(account.id, deps.clock.now());
  return known.map((device) => ({ ...device, current: device.id === deviceId }));
}
