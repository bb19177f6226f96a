import { MINUTE } from "../../core/clock.ts";
import type { Client } from "../clients/client.ts";

/** `grant_type` of the device flow (RFC 8628 §3.4). */
export const DEVICE_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code";

/** The page where the user enters the code, and the one that asks for consent. */
export const DEVICE_PATH = "/device";
export const DEVICE_CONFIRM_PATH = "/device/confirm";

/** Milliseconds that a device code and its user code are valid. */
export const DEVICE_REQUEST_TTL_MS = 10 * MINUTE;

/** Seconds between two polls (RFC 8628 §3.2), and what `slow_down` adds to them (§3.5). */
export const POLL_INTERVAL = 5;
export const SLOW_DOWN = 5;

/** A request of a device. `resource`: empty for none. `scope`: space-separated. Instants in milliseconds. */
export type NewDeviceRequest = {
  readonly deviceCodeHash: string;
  readonly userCodeHash: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scope: string;
  readonly interval: number;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A request that waits for its user. */
export type PendingDeviceRequest = {
  readonly deviceCodeHash: string;
  readonly resource: string;
  readonly scope: string;
  readonly client: Pick<Client, "id" | "name" | "logoUri" | "clientUri" | "source">;
  /** An earlier consent of this account for devices of the client. */
  readonly grant: { readonly id: string; readonly scope: string } | null;
};
