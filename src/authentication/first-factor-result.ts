import type { Caller } from "../core/caller.ts";
import type { FirstFactorGrant } from "./first-factor.ts";
import type { KnownDevice } from "./known-devices/device-token.ts";

/** Somebody who has proven a first step for an account that may sign in. */
export type FirstFactorResult = {
  readonly step: FirstFactorGrant;
  readonly emailKey: string;
  readonly device: KnownDevice | null;
  readonly caller: Caller;
};
