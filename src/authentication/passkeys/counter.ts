import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Clock } from "../../core/clock.ts";

export type CounterDeps = {
  readonly clock: Clock;
  readonly reportAlarm: (name: string, details: object) => void;
};

type Use = {
  readonly accountId: string;
  readonly factorId: string;
  /** The counter that was stored, and the one that the authenticator reports. */
  readonly stored: number;
  readonly reported: number;
};

/** Whether another copy of the authenticator may exist (WebAuthn §6.1.1). Without a counter both are 0. */
const isRegression = ({ stored, reported }: Use): boolean => stored > 0 && reported <= stored;

/**
 * Reports a signature counter that did not go up: an alarm, and the event for the batch that uses the passkey. It never
 * refuses the sign-in, since the owner could not sign in either.
 */
export function reportRegression(deps: CounterDeps, use: Use, caller: Caller | null): NewAuditEvent | null {
  if (!isRegression(use)) return null;
  const { accountId, factorId, stored, reported } = use;
  deps.reportAlarm("passkey_counter_regressed", { accountId, factorId, stored, reported });
  const event = { type: "passkey_counter_regressed", details: { factorId, stored, reported } } as const;
  return newAuditEvent(deps, event, caller ?? UNKNOWN_CALLER, accountId);
}

const UNKNOWN_CALLER: Caller = { ip: null, userAgent: null, locale: "en" };
