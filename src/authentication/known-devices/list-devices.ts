import type { Clock } from "../../core/clock.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import type { SecondFactorSettings } from "../second-factor/policy.ts";
import type { KnownDeviceStore, KnownDeviceSummary } from "./store.ts";

export type ListDevicesDeps = {
  readonly clock: Clock;
  readonly knownDevices: Pick<KnownDeviceStore, "list">;
  readonly settings: { readonly secondFactor: Pick<SecondFactorSettings, "deviceTrust"> };
};

export type ListedDevice = KnownDeviceSummary & { readonly current: boolean };

/** The devices that the service remembers for the user. `current`: the device of this session. */
export async function listDevices(
  deps: ListDevicesDeps,
  { account, deviceId }: CurrentSession,
): Promise<ListedDevice[]> {
  const known = await deps.knownDevices.list(account.id, deps.clock.now());
  const { deviceTrust } = deps.settings.secondFactor;
  return known.map((device) => ({
    ...device,
    // Where devices cannot be trusted any more, an earlier choice has no effect.
    trustedUntil: deviceTrust > 0 ? device.trustedUntil : null,
    current: device.id === deviceId,
  }));
}
