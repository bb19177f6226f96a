import type { KnownDevice } from "../devices/device-token.ts";
import type { Caller } from "../kernel/caller.ts";
import type { FirstStep } from "./first-step.ts";

/** Somebody who has proven a first step for an account that may sign in. */
export type ProvenPerson = {
  readonly step: FirstStep;
  readonly emailKey: string;
  readonly device: KnownDevice | null;
  readonly caller: Caller;
};
