import type { Caller } from "../core/caller.ts";
import type { FirstFactorGrant } from "./first-factor.ts";
import type { KnownDevice } from "./known-devices/device-token.ts";

/** A verified first factor of an account that may sign in. `device`: null if the device is unknown. */
export type FirstFactorResult = {
  readonly grant: FirstFactorGrant;
  readonly emailKey: string;
  readonly device: KnownDevice | null;
  readonly caller: Caller;
  /** The audience of the tokens that the sign-in issues. */
  readonly audience: string;
};
