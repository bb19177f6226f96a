import type { Caller } from "../core/caller.ts";
import type { FirstFactorGrant } from "./first-factor.ts";
import type { KnownDevice } from "./known-devices/device-token.ts";

/** A verified first factor of an account that may sign in. `device`: null if the device is unknown. */
export type FirstFactorResult = {
  readonly grant: FirstFactorGrant;
  readonly emailKey: string;
  readonly device: KnownDevice | null;
  readonly caller: Caller;
  /** False: the session ends with the browser session. Default: true. */
  readonly isPersistent?: boolean;
  /** The audience of the session's first access token. */
  readonly audience: string;
  /** The session whose cookies the response replaces: it ends when the new one opens. Null if there is none. */
  readonly replaces: string | null;
  /** The instant (ms) of an authentication at a provider, if it was earlier. */
  readonly authenticatedAt?: number | undefined;
};
