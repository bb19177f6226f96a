import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { PendingDeviceRequest } from "./device-request.ts";
import type { DeviceRequestStore } from "./store.ts";
import { userCodeHashes } from "./user-code.ts";

export type FindDeviceRequestDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly deviceRequests: Pick<DeviceRequestStore, "findPending">;
};

type Input = {
  /** A code that the user has entered (`readEnteredCode`). */
  readonly code: string;
  readonly accountId: string;
};

/** The pending request with the code; null if it has expired or is decided. */
export const findDeviceRequest = async (
  deps: FindDeviceRequestDeps,
  { code, accountId }: Input,
): Promise<PendingDeviceRequest | null> =>
  deps.deviceRequests.findPending(await userCodeHashes(deps, code), accountId, deps.clock.now());
